package org.penstock.protocol.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import jdk.net.ExtendedSocketOptions;

/**
 * The bytes of one connection, plain or in TLS.
 *
 * <p><b>Threading:</b> one thread writes and another reads.
 */
sealed interface Transport extends AutoCloseable permits PlainTransport, TlsTransport {
    // a peer that has gone while nothing was under way is noticed by the system after 25 s, not after its two hours
    int KEEPALIVE_IDLE_S = 10;
    int KEEPALIVE_INTERVAL_S = 5;
    int KEEPALIVE_PROBES = 3;

    /**
     * Connects; from then on no read waits longer than {@code answerMs}.
     *
     * @param connectMs for how long the daemon may take to accept
     */
    static Transport connect(Endpoint daemon, int connectMs, int answerMs) throws IOException {
        return daemon.tls() == null
                ? PlainTransport.connect(daemon.address(), connectMs, answerMs)
                : TlsTransport.connect(daemon.address(), daemon.tls(), connectMs, answerMs);
    }

    /** Returns where what the daemon says is read from. */
    InputStream in() throws IOException;

    /** Writes some or all of the buffers; returns with less only to be called again. */
    void write(ByteBuffer[] messages) throws IOException;

    /** Sets after how long a read without a byte is interrupted; 0 for never. */
    void readTimeout(int ms) throws IOException;

    /** Returns after how long it is. */
    int readTimeout() throws IOException;

    /** Returns what to throw when the connection has broken before the daemon said anything: the same, or one that knows more. */
    IOException brokenOff(IOException problem);

    @Override
    void close() throws IOException;

    /** Sets an option of a connection, where the system has it. */
    interface Options {
        <T> void set(SocketOption<T> option, T value) throws IOException;
    }

    static void setUp(boolean hasKeepAliveTimes, Options options) throws IOException {
        options.set(StandardSocketOptions.TCP_NODELAY, true);
        options.set(StandardSocketOptions.SO_KEEPALIVE, true);
        if (hasKeepAliveTimes) {
            options.set(ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
            options.set(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_INTERVAL_S);
            options.set(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_PROBES);
        }
    }

    /** A port of this machine that nobody listens on may be given to the client's own end, and TCP then connects the two. */
    static void refuseItself(Socket socket, InetSocketAddress daemon) throws IOException {
        if (socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress())) {
            throw new ConnectException("connected to itself, no daemon listens: address=" + daemon);
        }
    }
}
