package org.penstock.daemon.metrics;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.access.Role;
import org.penstock.daemon.http.HttpServer;
import org.penstock.daemon.http.Json;
import org.penstock.daemon.http.Router;
import org.penstock.daemon.http.Routes;

/**
 * {@code GET /metrics}, {@code GET /health/live} and {@code GET /health/ready}.
 *
 * <p><b>Threading:</b> immutable.
 */
public record WatchRoutes(Watch watch) implements Routes {

    /**
     * The answer to one question.
     *
     * @param status {@code ok} or {@code failing}
     */
    private record Answer(String status, List<Health.Reason> reasons) {}

    @Override
    public void addTo(Router router) {
        router.get("/metrics", Role.READ, this::metrics)
                .get(
                        "/health/live",
                        Role.ANYONE,
                        (_, response) -> answer(response, watch.health().live()))
                .get(
                        "/health/ready",
                        Role.ANYONE,
                        (_, response) -> answer(response, watch.health().ready()));
    }

    private void metrics(ServerRequest request, ServerResponse response) {
        @Nullable String accept = request.headers().contains(HeaderNames.ACCEPT)
                ? request.headers().get(HeaderNames.ACCEPT).values()
                : null;
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        try {
            watch.metrics().write(accept, page);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        response.header(HeaderNames.CONTENT_TYPE, watch.metrics().contentType(accept));
        HttpServer.write(() -> response.send(page.toByteArray()));
    }

    private static void answer(ServerResponse response, Health.Answer answer) {
        Json.send(
                response,
                answer.isWell() ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503,
                new Answer(answer.isWell() ? "ok" : "failing", answer.reasons()));
    }
}
