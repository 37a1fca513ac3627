package org.penstock.daemon.http;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections whose request does not come to its end: Helidon bounds the wait for a request, not how slowly its header and body may trickle in. A
 * request has so long from its first line to the end of its body; answering, and events, take as long as they take.
 *
 * <p><b>Threading:</b> any thread; looks on one of its own.
 */
final class SlowPeers implements Http1ConnectionListener, Filter, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlowPeers.class);
    private static final long LOOKS = 4;

    private final long mostNs;
    private final Map<String, Incoming> incoming = new ConcurrentHashMap<>();
    private final Thread looker;

    /** A request of which not all has come. */
    private record Incoming(ConnectionContext connection, long sinceNs) {}

    /** How the reader of a body tells that all of it is there. */
    record BodyRead(Runnable told) {}

    SlowPeers(Duration most) {
        mostNs = most.toNanos();
        looker = Thread.ofPlatform().daemon().name("http-slow").start(this::lookOut);
    }

    @Override
    public void prologue(ConnectionContext connection, HttpPrologue prologue) {
        incoming.put(connection.socketId() + connection.childSocketId(), new Incoming(connection, System.nanoTime()));
    }

    @Override
    public void headers(ConnectionContext connection, Headers headers) {
        // the filter goes on: it knows whether a body follows
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        String connection = request.serverSocketId() + request.socketId();
        if (request.content().hasEntity()) {
            request.context().register(new BodyRead(() -> incoming.remove(connection)));
        } else {
            incoming.remove(connection);
        }
        try {
            chain.proceed();
        } finally {
            incoming.remove(connection);
        }
    }

    private void lookOut() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(mostNs / LOOKS);
                long nowNs = System.nanoTime();
                incoming.forEach((key, request) -> {
                    if (nowNs - request.sinceNs > mostNs && incoming.remove(key, request)) {
                        close(request.connection);
                    }
                });
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private static void close(ConnectionContext connection) {
        LOG.debug(
                "request did not come to its end: peer={}",
                connection.remotePeer().address());
        try {
            connection.serverSocket().close();
        } catch (UncheckedIOException e) {
            LOG.debug("was closed already", e);
        }
    }

    @Override
    public void close() {
        looker.interrupt();
    }
}
