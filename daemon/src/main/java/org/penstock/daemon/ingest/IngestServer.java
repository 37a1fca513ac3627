package org.penstock.daemon.ingest;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.access.Peer;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.config.NetworkConfig;
import org.penstock.daemon.disk.FileSystemKind;
import org.penstock.daemon.pipeline.Acquisitions;
import org.penstock.daemon.pipeline.Ending;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.telemetry.Interval;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.daemon.tls.Door;
import org.penstock.daemon.tls.ServerTls;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.Failure;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.ProtocolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens, and knows the streams that are open.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class IngestServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IngestServer.class);

    private static final long REPORTS_NS = 5_000_000_000L;

    private final Services services;
    private volatile DaemonConfig config;
    private final MultiThreadIoEventLoopGroup loops;
    private final Channel listener;
    private final Map<String, IngestStream> streams = new ConcurrentHashMap<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final PeerCount peers = new PeerCount();
    private final ExecutorService handshakes = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("tls-handshake").factory());
    private volatile @Nullable String stopReason;

    /**
     * What the server hands frames and requests to.
     *
     * @param name of the daemon, with its version
     * @param report what STATUS says beside the counters
     * @param door who may connect, and how
     */
    public record Services(
            String name,
            FrameRing ring,
            Acquisitions acquisitions,
            FileSystemKind fileSystem,
            Telemetry telemetry,
            Supplier<Object> report,
            Door door) {}

    /**
     * Takes up the streams of scans that were suspended, then listens.
     *
     * @throws IOException when the address is taken or not allowed
     */
    public IngestServer(DaemonConfig config, Services services) throws IOException {
        this.config = config;
        this.services = services;
        boolean isNative = Epoll.isAvailable();
        IoHandlerFactory io = isNative ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        loops = new MultiThreadIoEventLoopGroup(config.network().ingestThreads(), threads(), io);
        Class<? extends ServerChannel> type = isNative ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        resume();
        listener = listen(type);
        LOG.info(
                "listening: address={}, transport={}, tls={}",
                address(),
                isNative ? "epoll" : "nio",
                services.door().tls() != null);
    }

    /** Before anybody connects: who comes back finds its stream. */
    private void resume() {
        services.acquisitions()
                .resumeAll(checksum -> new IngestStream(this, loops.next(), checksum), (stream, listener, ending) -> {
                    IngestStream ingest = (IngestStream) listener;
                    ingest.home().submit(() -> ingest.resumed(stream, ending)).syncUninterruptibly();
                });
    }

    private Channel listen(Class<? extends ServerChannel> type) throws IOException {
        InetSocketAddress address =
                new InetSocketAddress(config.network().host(), config.network().port());
        var bound = new ServerBootstrap()
                .group(loops)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, 128)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw new IOException(
                    "cannot listen: address=" + address + ", problem="
                            + bound.cause().getMessage()
                            + "; is another daemon running there? choose another with --port",
                    bound.cause());
        }
        return bound.channel();
    }

    private void accept(Channel channel) {
        if (!hasRoom(channel)) {
            return;
        }
        Connection connection = new Connection(this, channel);
        connections.add(connection);
        ServerTls tls = services.door().tls();
        if (tls == null) {
            channel.config().setRecvByteBufAllocator(connection.allocator());
            channel.pipeline().addLast(connection);
        } else {
            channel.pipeline()
                    .addLast(
                            new TlsDetector(tls, handshakes),
                            new DecryptedBytes(connection.decoder(), tls.refusals()),
                            connection);
        }
    }

    private boolean hasRoom(Channel channel) {
        NetworkConfig limits = config.network();
        int all = connections.size();
        if (all >= limits.maxConnections()) {
            refuse(channel, "too many connections", all, "network.max_connections", limits.maxConnections());
            return false;
        }
        if (channel.remoteAddress() instanceof InetSocketAddress peer) {
            int most = limits.maxConnectionsPerPeer();
            int ofPeer = peers.enter(peer.getAddress(), most);
            if (ofPeer >= most) {
                String what = "too many connections of one address";
                refuse(channel, what, ofPeer, "network.max_connections_per_peer", most);
                return false;
            }
            channel.closeFuture().addListener(_ -> peers.leave(peer.getAddress()));
        }
        return true;
    }

    private void refuse(Channel channel, String what, int open, String limit, int most) {
        LOG.warn(
                "connection refused: peer={}, problem={}, open={}, limit={}, most={}",
                channel.remoteAddress(),
                what,
                open,
                limit,
                most);
        services.door().refused().accept(limit);
        refuse(channel, what + ": open=" + open + ", " + limit + "=" + most);
    }

    private void refuse(Channel channel, String reason) {
        if (services.door().tls() != null) {
            channel.close(); // no handshake, no word
            return;
        }
        Failure failure = new Failure(ErrorCode.BUSY.wireName(), reason, true, null);
        channel.writeAndFlush(Unpooled.wrappedBuffer(JsonBody.message(MessageKind.ERROR, failure)))
                .addListener(ChannelFutureListener.CLOSE);
    }

    /** Netty recycles what it needs for a write on threads of its own kind only. */
    private static ThreadFactory threads() {
        AtomicInteger number = new AtomicInteger();
        return task -> new FastThreadLocalThread(task, "ingest-" + number.getAndIncrement());
    }

    /** Returns where the server listens, with the port that port 0 became. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    Gatekeeper gatekeeper(Supplier<Peer> peer) {
        return new Gatekeeper(services.door().access(), services.door().audit(), peer);
    }

    FrameRing ring() {
        return services.ring();
    }

    Acquisitions acquisitions() {
        return services.acquisitions();
    }

    Telemetry telemetry() {
        return services.telemetry();
    }

    String name() {
        return services.name();
    }

    long handshakeTimeoutNs() {
        return config.network().handshakeTimeout().toNanos();
    }

    long lateFrameWaitNs() {
        return config.memory().lateFrameWait().toNanos();
    }

    long keepIntervalNs() {
        return config.memory().keepInterval().toNanos();
    }

    long resumeWindowNs() {
        return config.scan().resumeWindow().toNanos();
    }

    @Nullable IngestStream stream(String id) {
        return streams.get(id);
    }

    void remember(IngestStream stream) {
        streams.put(stream.lane().id(), stream);
        String reason = stopReason;
        if (reason != null) {
            // it was on its way while the others were suspended
            stream.suspend(reason);
        }
    }

    /** Refuses new streams once the daemon stops. */
    void expectOpen() {
        String reason = stopReason;
        if (reason != null) {
            throw new ProtocolException(ErrorCode.SHUTDOWN, "no new streams: " + reason);
        }
    }

    /** A stream has ended and its report is on its way. */
    synchronized void forget(IngestStream stream) {
        streams.remove(stream.lane().id());
        notifyAll();
    }

    private synchronized void awaitReports() {
        long endNs = System.nanoTime() + REPORTS_NS;
        try {
            for (long leftNs = REPORTS_NS; !streams.isEmpty() && leftNs > 0; leftNs = endNs - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, leftNs);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    void closed(Connection connection) {
        connections.remove(connection);
    }

    void abort(IngestStream stream, String reason) {
        stream.home().execute(() -> stream.finish(new Ending(null, false, true, reason)));
    }

    /** Aborts every open stream of a scan; returns at once. */
    public void abortStreams(String scan, String reason) {
        streamsOf(scan).forEach(stream -> abort(stream, reason));
    }

    /** Ends every open stream of a scan with what it has: as soon as nothing more comes, at the latest after {@code mostNs}; returns at once. */
    public void stopStreams(String scan, String reason, long mostNs) {
        streamsOf(scan).forEach(stream -> stream.home().execute(() -> stream.stop(reason, mostNs)));
    }

    private List<IngestStream> streamsOf(String scan) {
        return streams.values().stream()
                .filter(stream -> stream.openedStream().answer().scan().equals(scan))
                .toList();
    }

    Map<String, Object> status(Interval sinceLast) {
        Map<String, Object> status = new LinkedHashMap<>(telemetry().snapshot(sinceLast));
        status.put("daemon", name());
        status.put("connections", connections.size());
        status.put("streams", streams.size());
        status.put("tokens", services.door().access().asksForTokens());
        status.put("plain_text", config.security().plainText().name().toLowerCase(Locale.ROOT));
        ServerTls tls = services.door().tls();
        status.put("tls", tls == null ? "off" : tls.asksForCertificates() ? "client_certificates" : "on");
        status.put(
                "tls_certificate_until", tls == null ? null : tls.validUntil().toString());
        status.put("file_system", services.fileSystem().type());
        status.put("written_means", services.fileSystem().meaningOfWritten());
        status.put("report", services.report().get());
        return status;
    }

    /** Takes another configuration, for connections and streams that come from now on. */
    public void reconfigure(DaemonConfig newConfig) {
        config = newConfig;
        services.acquisitions().reconfigure(newConfig);
    }

    /** Returns why the kernel's epoll cannot be used, or null when it can. */
    public static @Nullable String epollProblem() {
        return Epoll.isAvailable() ? null : String.valueOf(Epoll.unavailabilityCause());
    }

    /** Returns how each open stream is. */
    public List<StreamSight> sights() {
        return streams.values().stream().map(IngestStream::sight).toList();
    }

    /** Returns whether detectors may come. */
    public boolean isAccepting() {
        return stopReason == null;
    }

    /** Returns how many connections are open. */
    public int openConnections() {
        return connections.size();
    }

    /** Stops accepting and suspends all streams; returns at once. What they sent so far is made safe, and acknowledged. */
    public void stopAccepting(String reason) {
        stopReason = reason;
        listener.close().awaitUninterruptibly();
        for (IngestStream stream : streams.values()) {
            stream.home().execute(() -> stream.suspend(reason));
        }
    }

    /** Waits for the reports of ended streams to be sent, closes what is still connected, ends the event loops. */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        awaitReports();
        connections.forEach(Connection::close);
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        handshakes.shutdown();
    }
}
