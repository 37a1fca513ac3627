package org.penstock.daemon.http;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.media.ReadableEntity;
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
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections whose request does not come to its end, and those that do not take what they are sent: Helidon bounds the wait for a request, not how
 * slowly its header and body may trickle in, and not how long a write waits for its reader. A request has so long from its first line to the end of its body,
 * and so long again for what is left of a body that nobody wanted to read; a write has so long too. What is done between, and how many events are sent, takes
 * as long as it takes.
 *
 * <p><b>Threading:</b> any thread; looks on one of its own.
 */
final class SlowPeers implements Http1ConnectionListener, Filter, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlowPeers.class);
    private static final long LOOKS = 4;

    /** Of the request that a thread answers. */
    private static final ScopedValue<Exchange> EXCHANGE = ScopedValue.newInstance();

    private final long mostNs;
    private final Map<String, Pending> incoming = new ConcurrentHashMap<>();
    private final Map<String, Pending> outgoing = new ConcurrentHashMap<>();
    private final Thread looker;

    /** A request, or a write, that has so long to come to its end. */
    private record Pending(ConnectionContext connection, long sinceNs, BooleanSupplier isOver) {
        Pending(ConnectionContext connection, BooleanSupplier isOver) {
            this(connection, System.nanoTime(), isOver);
        }
    }

    /** A request and its answer, on their connection. */
    private final class Exchange {
        private final String connection;
        private final @Nullable Pending request;
        private final ReadableEntity body;

        Exchange(String connection, ReadableEntity body) {
            this.connection = connection;
            this.request = incoming.get(connection);
            this.body = body;
            if (!body.hasEntity()) {
                incoming.remove(connection);
            } else if (request != null) {
                incoming.put(connection, new Pending(request.connection(), request.sinceNs(), body::consumed));
            }
        }

        void write(Runnable write) {
            if (request == null) {
                write.run(); // closed by the looker while the filters went on
                return;
            }
            outgoing.put(connection, new Pending(request.connection(), () -> false));
            try {
                write.run();
            } finally {
                outgoing.remove(connection);
            }
        }

        /** Helidon reads what is left of the body, and waits for it without an end. */
        void answered() {
            if (!body.hasEntity() || body.consumed()) {
                incoming.remove(connection);
            } else if (request != null) {
                incoming.put(connection, new Pending(request.connection(), body::consumed));
            }
        }
    }

    SlowPeers(Duration most) {
        mostNs = most.toNanos();
        looker = Thread.ofPlatform().daemon().name("http-slow").start(this::lookOut);
    }

    /** Writes to the peer, who has to take it. */
    static void write(Runnable write) {
        if (EXCHANGE.isBound()) {
            EXCHANGE.get().write(write);
        } else {
            write.run();
        }
    }

    @Override
    public void prologue(ConnectionContext connection, HttpPrologue prologue) {
        incoming.put(connection.socketId() + connection.childSocketId(), new Pending(connection, () -> false));
    }

    @Override
    public void headers(ConnectionContext connection, Headers headers) {
        // the filter goes on: it knows whether a body follows
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        Exchange exchange = new Exchange(request.serverSocketId() + request.socketId(), request.content());
        try {
            ScopedValue.where(EXCHANGE, exchange).run(chain::proceed);
        } finally {
            exchange.answered();
        }
    }

    private void lookOut() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(mostNs / LOOKS);
                closeOld(incoming, "request did not come to its end");
                closeOld(outgoing, "answer was not taken");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void closeOld(Map<String, Pending> pending, String why) {
        long nowNs = System.nanoTime();
        pending.forEach((key, waiting) -> {
            boolean isOver = waiting.isOver().getAsBoolean();
            boolean isLate = nowNs - waiting.sinceNs() > mostNs;
            if ((isOver || isLate) && pending.remove(key, waiting) && !isOver) {
                close(waiting.connection(), why);
            }
        });
    }

    private static void close(ConnectionContext connection, String why) {
        LOG.debug("{}: peer={}", why, connection.remotePeer().address());
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
