package org.penstock.daemon.http;

import io.helidon.http.Status;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;

/**
 * Refuses bodies that are longer than is taken. One that is not much longer is read over after the answer: who closes a connection with bytes unread takes
 * the answer away from a peer that is still sending.
 *
 * <p><b>Threading:</b> any thread.
 */
final class BodyLimit implements Filter {
    /** What is read over; beyond it Helidon closes the connection at once. */
    private static final long LEEWAY_BYTES = 4L << 20;

    private final long most;

    BodyLimit(long most) {
        this.most = most;
    }

    /** Returns from how many bytes on nothing is read at all. */
    long hardLimit() {
        return most + LEEWAY_BYTES;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        request.context().register(this);
        check(request, request.headers().contentLength().orElse(0));
        chain.proceed();
    }

    /** Looks at a body that has been read: not every client says before how long it is. */
    static void checkRead(ServerRequest request, long bytes) {
        request.context().get(BodyLimit.class).ifPresent(limit -> limit.check(request, bytes));
    }

    private void check(ServerRequest request, long bytes) {
        if (bytes > most) {
            throw TransportProblem.of(
                    Status.REQUEST_ENTITY_TOO_LARGE_413,
                    request.path().path(),
                    "expected<=" + most + " bytes, actual=" + bytes);
        }
    }
}
