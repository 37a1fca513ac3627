package org.penstock.daemon.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsClientAuth;
import io.helidon.config.Config;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HttpException;
import io.helidon.http.Status;
import io.helidon.service.registry.GlobalServiceRegistry;
import io.helidon.service.registry.ServiceRegistryConfig;
import io.helidon.service.registry.ServiceRegistryManager;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.access.Peer;
import org.penstock.daemon.config.HttpConfig;
import org.penstock.daemon.tls.Door;
import org.penstock.daemon.tls.ServerTls;
import org.penstock.protocol.tls.TlsContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one HTTP server of the daemon. Its classes take long to load, so it is prepared on a thread of its own while the rest of the daemon starts,
 * and listens when {@link #listen} is called.
 *
 * <p><b>Threading:</b> started and closed from any one thread.
 */
public final class HttpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
    private static final Duration CLOSE_GRACE = Duration.ofMillis(500);
    private static final int MAX_PROLOGUE = 4096;
    private static final int BACKLOG = 128;

    private final HttpConfig config;
    private final @Nullable ServerTls tls;
    private final Guard guard;
    private final SlowPeers slowPeers;
    private final PeerSockets peers;
    private final Router router = new Router();
    private final AtomicLong failures = new AtomicLong();
    private final FutureTask<WebServer> server;
    // guarded by this
    private @Nullable WebServer listening;
    private @Nullable PortWatch portWatch;
    private boolean isClosed;

    // the first port, when any will do
    private volatile int port;

    private HttpServer(HttpConfig config, Door door, List<Routes> routes) {
        this.config = config;
        this.tls = door.tls();
        this.guard = new Guard(door.access(), door.audit());
        this.slowPeers = new SlowPeers(config.idleTimeout());
        this.peers = new PeerSockets(config.maxConnectionsPerPeer(), door.refused());
        routes.forEach(package_ -> package_.addTo(router));
        server = new FutureTask<>(() -> build(config.port() == null ? 0 : config.port()));
    }

    /**
     * Begins to make a server.
     *
     * @param config with a port
     * @param routes all that it answers
     */
    public static HttpServer prepare(HttpConfig config, Door door, List<Routes> routes) {
        HttpServer prepared = new HttpServer(config, door, routes);
        Thread.ofPlatform().daemon().name("http-start").start(prepared.server);
        return prepared;
    }

    private WebServer build(int port) {
        withoutDiscovery();
        return WebServer.builder()
                .host(config.host())
                .port(port)
                .backlog(BACKLOG)
                // the daemon has its own way to stop, and its own configuration
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .protocolsDiscoverServices(false)
                .concurrencyLimitDiscoverServices(false)
                .shutdownGracePeriod(CLOSE_GRACE)
                .maxTcpConnections(config.maxConnections())
                .connectionOptions(peers)
                .maxPayloadSize(bodyLimit().hardLimit())
                .idleConnectionTimeout(config.idleTimeout())
                .idleConnectionPeriod(config.idleTimeout())
                .addProtocol(Http1Config.builder()
                        .maxHeadersSize((int) config.headerBytes())
                        .addReceiveListener(slowPeers)
                        .maxPrologueLength((int) Math.min(MAX_PROLOGUE, config.headerBytes()))
                        .build())
                .tls(helidonTls())
                .directHandlers(problems())
                .routing(this::route)
                .build();
    }

    private BodyLimit bodyLimit() {
        return new BodyLimit(config.bodyBytes());
    }

    private Tls helidonTls() {
        ServerTls own = tls;
        return own == null
                ? Tls.builder().enabled(false).build()
                : Tls.builder()
                        .sslContext(own.context())
                        .addEnabledProtocol(TlsContext.PROTOCOL)
                        .clientAuth(own.asksForCertificates() ? TlsClientAuth.REQUIRED : TlsClientAuth.NONE)
                        .build();
    }

    /** Helidon's search for services and configuration on the class path finds nothing here, and takes half of its start. */
    private static void withoutDiscovery() {
        if (!GlobalServiceRegistry.configured()) {
            GlobalServiceRegistry.registry(ServiceRegistryManager.create(ServiceRegistryConfig.builder()
                            .discoverServices(false)
                            .discoverServicesFromServiceLoader(false)
                            .putContractInstance(Config.class, Config.empty())
                            .build())
                    .registry());
        }
    }

    private DirectHandlers problems() {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        TransportProblem problem = new TransportProblem(tls == null);
        for (EventType event : EventType.values()) {
            handlers.addHandler(event, problem);
        }
        return handlers.build();
    }

    private void route(HttpRouting.Builder rules) {
        rules.addFilter((chain, request, _) -> {
            Thread.currentThread().setName("http"); // Helidon's name is of the connection, and long
            request.context().register(seen(request)); // once it is gone, nobody knows who it was
            chain.proceed();
        });
        rules.addFilter(slowPeers);
        rules.addFilter(bodyLimit());
        rules.addFilter(new BrowserGuard(guard.access().asksForTokens()));
        router.addTo(rules, guard);
        rules.error(HttpProblem.class, HttpServer::answer);
        rules.error(Throwable.class, this::fail);
    }

    /** Writes to the peer of the request that this thread answers; one that does not take it within {@code http.idle_timeout} is cut off. */
    public static void write(Runnable write) {
        SlowPeers.write(write);
    }

    static void answer(ServerRequest request, ServerResponse response, HttpProblem problem) {
        if (problem.status().code() >= Status.INTERNAL_SERVER_ERROR_500.code() && problem.getCause() != null) {
            LOG.error(
                    "request not done: peer={}, method={}, path={}, status={}, code={}",
                    peer(request),
                    request.prologue().method().text(),
                    request.path().path(),
                    problem.status().code(),
                    problem.code(),
                    problem.getCause());
        }
        Json.send(response, problem.status(), HttpProblem.MEDIA_TYPE, problem.body());
    }

    private void fail(ServerRequest request, ServerResponse response, Throwable failure) {
        if (failure instanceof HttpException refused) {
            answer(
                    request,
                    response,
                    TransportProblem.of(refused.status(), request.path().path(), refused.getMessage()));
            return;
        }
        if (isGone(failure)) {
            LOG.debug(
                    "peer gone: peer={}, path={}", peer(request), request.path().path(), failure);
            return;
        }
        long number = failures.incrementAndGet();
        LOG.error(
                "request failed: number={}, peer={}, method={}, path={}",
                number,
                peer(request),
                request.prologue().method().text(),
                request.path().path(),
                failure);
        answer(
                request,
                response,
                new HttpProblem(
                        Status.INTERNAL_SERVER_ERROR_500,
                        "internal",
                        "not done, the log of the daemon says why: \"request failed: number=" + number + "\""));
    }

    private static boolean isGone(Throwable failure) {
        return failure instanceof UncheckedIOException
                || failure instanceof IOException
                || failure instanceof DataReader.InsufficientDataAvailableException;
    }

    static Peer peer(ServerRequest request) {
        return request.context().get(Peer.class).orElseGet(() -> seen(request));
    }

    private static Peer seen(ServerRequest request) {
        return Peer.of(
                request.remotePeer().address(),
                request.remotePeer().tlsPrincipal().orElse(null));
    }

    /**
     * Begins to listen.
     *
     * @throws IOException when the address is taken or not there
     */
    public synchronized void listen() throws IOException {
        WebServer made = awaitMade();
        probe();
        made.start();
        if (!made.isRunning()) {
            throw new IOException(notOpened("see the log"));
        }
        listening = made;
        port = made.port();
        portWatch = new PortWatch(address(), this::listenAgain);
        LOG.info(
                "http: address={}:{}, tls={}",
                address().getHostString(),
                address().getPort(),
                tls != null);
    }

    /** What was open on the port is gone with the listener; a new one takes its place. */
    private synchronized void listenAgain() {
        if (isClosed || listening == null) {
            return;
        }
        listening.stop();
        listening = build(port);
        listening.start();
        LOG.error(
                "HTTP port was closed, as after an accept that failed for want of file descriptors; {}: address={}:{}",
                listening.isRunning() ? "opened again" : "not opened again, next try in a second",
                address().getHostString(),
                port);
    }

    private WebServer awaitMade() throws IOException {
        try {
            return server.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("HTTP server not made", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the HTTP server was started", e);
        }
    }

    /** Binds the address for a moment, to know why it cannot be: Helidon only logs it. */
    private void probe() throws IOException {
        int port = config.port() == null ? 0 : config.port();
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host(), port));
        } catch (IOException e) {
            throw new IOException(notOpened(String.valueOf(e.getMessage())), e);
        }
    }

    private String notOpened(String reason) {
        return "HTTP port not opened: http.host=" + config.host() + ", http.port=" + config.port() + ", reason="
                + reason;
    }

    private InetAddress host() {
        return config.host().equals("localhost")
                ? InetAddress.getLoopbackAddress()
                : InetAddress.ofLiteral(config.host());
    }

    /** Returns where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(host(), port);
    }

    /** Returns all that can be asked for. */
    public List<Endpoint> endpoints() {
        return router.endpoints();
    }

    /** Answers what is under way and stops listening. */
    @Override
    public synchronized void close() {
        isClosed = true;
        slowPeers.close();
        if (portWatch != null) {
            portWatch.close();
        }
        if (listening != null) {
            listening.stop();
            return;
        }
        try {
            server.get().stop();
        } catch (ExecutionException e) {
            LOG.debug("was never made", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
