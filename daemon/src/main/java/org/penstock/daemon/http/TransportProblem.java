package org.penstock.daemon.http;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The body of what is refused before a route is found: not HTTP, too long, no such path.
 *
 * <p><b>Threading:</b> any thread.
 */
final class TransportProblem implements DirectHandler {
    private static final Logger LOG = LoggerFactory.getLogger(TransportProblem.class);

    private final boolean isPlain;

    /** Of a port that speaks plain HTTP, or that speaks TLS. */
    TransportProblem(boolean isPlain) {
        this.isPlain = isPlain;
    }

    @Override
    public TransportResponse handle(
            TransportRequest request, EventType event, Status status, ServerResponseHeaders headers, String message) {
        if (event == EventType.BAD_REQUEST && request.method().isEmpty()) {
            sayNotHttp();
        }
        HttpProblem problem = of(status, request.path(), message);
        headers.set(HeaderNames.CONTENT_TYPE, HttpProblem.MEDIA_TYPE);
        return TransportResponse.builder()
                .status(status)
                .headers(headers)
                .keepAlive(event.keepAlive())
                .entity(Json.bytes(problem.body()))
                .build();
    }

    /** Helidon says neither what came nor from whom. */
    private void sayNotHttp() {
        LOG.warn(
                "not HTTP: {}",
                isPlain
                        ? "TLS, perhaps, where plain HTTP is spoken: security.tls_certificate is not set"
                        : "the first line is none of a request");
    }

    static HttpProblem of(Status status, String path, @Nullable String message) {
        return new HttpProblem(status, code(status), detail(path, status, message));
    }

    private static String code(Status status) {
        return switch (status.code()) {
            case 404 -> "no_such_path";
            case 413 -> "body_too_long";
            case 500 -> "internal";
            default -> "bad_request";
        };
    }

    private static String detail(String path, Status status, @Nullable String message) {
        return switch (status.code()) {
            case 404 -> "no such path: " + path;
            case 413 -> "body too long: at most http.body_bytes of the configuration";
            case 500 -> "not done, the log of the daemon says why";
            default -> "request not understood: " + message;
        };
    }
}
