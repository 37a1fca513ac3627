package org.penstock.daemon.http;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.penstock.daemon.access.Peer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one address from taking all connections. Helidon limits them as a whole alone; it asks for the options of each socket that it has accepted, and
 * closes one for which there are none. Its threads say nothing of sockets that they close: those here are asked whether they are open.
 *
 * <p><b>Threading:</b> any thread; sockets are accepted by one.
 */
final class PeerSockets implements SocketOptions {
    static final String LIMIT = "http.max_connections_per_peer";

    private static final Logger LOG = LoggerFactory.getLogger(PeerSockets.class);

    private final SocketOptions options = SocketOptions.create();
    private final int most;
    private final Consumer<String> refused;
    private final List<Entered> open = new ArrayList<>(); // guarded by this

    /** A socket and who is at its other end: once closed it does not know any more. */
    private record Entered(InetAddress address, SocketChannel socket) {}

    /** @param refused is told of each that finds no room */
    PeerSockets(int most, Consumer<String> refused) {
        this.most = most;
        this.refused = refused;
    }

    @Override
    public void configureSocket(SocketChannel socket) {
        admit(socket);
        options.configureSocket(socket);
    }

    private void admit(SocketChannel socket) {
        try {
            if (socket.getRemoteAddress() instanceof InetSocketAddress peer) {
                int ofPeer = enter(peer.getAddress(), socket);
                if (ofPeer >= most) {
                    LOG.warn(
                            "connection refused: peer={}, problem=too many connections of one address, open={}, limit={},"
                                    + " most={}",
                            Peer.of(peer, null),
                            ofPeer,
                            LIMIT,
                            most);
                    refused.accept(LIMIT);
                    throw new IOException("too many connections of one address");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns how many the address had before. */
    private synchronized int enter(InetAddress address, SocketChannel socket) {
        open.removeIf(peer -> !peer.socket().isOpen());
        int before = (int)
                open.stream().filter(peer -> peer.address().equals(address)).count();
        if (before < most) {
            open.add(new Entered(address, socket));
        }
        return before;
    }

    @Override
    public Map<SocketOption<?>, Object> socketOptions() {
        return options.socketOptions();
    }

    @Override
    public Duration connectTimeout() {
        return options.connectTimeout();
    }

    @Override
    public Duration readTimeout() {
        return options.readTimeout();
    }

    @Override
    public Optional<Integer> socketReceiveBufferSize() {
        return options.socketReceiveBufferSize();
    }

    @Override
    public Optional<Integer> socketSendBufferSize() {
        return options.socketSendBufferSize();
    }

    @Override
    public boolean socketReuseAddress() {
        return options.socketReuseAddress();
    }

    @Override
    public boolean socketKeepAlive() {
        return options.socketKeepAlive();
    }

    @Override
    public boolean tcpNoDelay() {
        return options.tcpNoDelay();
    }
}
