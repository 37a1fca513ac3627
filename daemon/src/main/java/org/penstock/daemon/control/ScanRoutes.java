package org.penstock.daemon.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.access.Role;
import org.penstock.daemon.http.HttpProblem;
import org.penstock.daemon.http.Json;
import org.penstock.daemon.http.Query;
import org.penstock.daemon.http.Router;
import org.penstock.daemon.http.Routes;
import org.penstock.daemon.scan.Scan;
import org.penstock.daemon.scan.ScanOrder;

/**
 * {@code /api/scans}: see {@code openapi.yaml}.
 *
 * <p><b>Threading:</b> any thread that may wait.
 */
public final class ScanRoutes implements Routes {
    private static final double MOST_WAIT_S = 600;
    private static final double WAIT_S = 30;
    private static final int MOST_REASON_CHARS = 500;

    private final ScanControl control;

    public ScanRoutes(ScanControl control) {
        this.control = control;
    }

    /** The list of scans. */
    private record ScanList(List<ScanStatus> scans) {}

    @Override
    public void addTo(Router router) {
        router.post("/api/scans", Role.OPERATE, this::create)
                .get("/api/scans", Role.READ, this::list)
                .get("/api/scans/{id}", Role.READ, this::status)
                .post("/api/scans/{id}/arm", Role.OPERATE, this::arm)
                .post("/api/scans/{id}/start", Role.OPERATE, this::start)
                .post("/api/scans/{id}/stop", Role.OPERATE, (request, response) -> end(request, response, false))
                .post("/api/scans/{id}/abort", Role.OPERATE, (request, response) -> end(request, response, true))
                .get("/api/scans/{id}/metadata", Role.READ, this::metadata)
                .patch("/api/scans/{id}/metadata", Role.OPERATE, this::describe)
                .get("/api/scans/{id}/events", Role.READ, this::eventsOfScan)
                .get("/api/events", Role.READ, this::events);
    }

    private void create(ServerRequest request, ServerResponse response) {
        ScanControl.Created created = control.create(CreateRequest.of(Json.read(request)));
        response.header(HeaderNames.LOCATION, "/api/scans/" + created.scan().id());
        Json.send(response, created.isNew() ? Status.CREATED_201 : Status.OK_200, created.scan());
    }

    private void list(ServerRequest request, ServerResponse response) {
        String state = Query.first(request, "state");
        Set<String> states = states();
        if (state != null && !states.contains(state.toUpperCase(Locale.ROOT))) {
            throw badQuery("state", "one of " + String.join(" ", states), state);
        }
        List<ScanStatus> scans = control.all().stream()
                .filter(scan -> state == null || scan.state().equals(state.toUpperCase(Locale.ROOT)))
                .toList();
        Json.send(response, Status.OK_200, new ScanList(scans));
    }

    private static Set<String> states() {
        Set<String> states = new TreeSet<>();
        for (Scan.State state : Scan.State.values()) {
            states.add(state.name());
        }
        return states;
    }

    private void status(ServerRequest request, ServerResponse response) {
        Json.send(response, Status.OK_200, control.get(id(request)));
    }

    private void arm(ServerRequest request, ServerResponse response) {
        Json.send(
                response,
                Status.OK_200,
                control.arm(id(request), Order.of(request, "armed").reason()));
    }

    private void start(ServerRequest request, ServerResponse response) {
        Json.send(
                response,
                Status.OK_200,
                control.start(id(request), Order.of(request, "started").reason()));
    }

    private void end(ServerRequest request, ServerResponse response, boolean isAbort) {
        Order order = Order.of(request, isAbort ? "aborted" : "stopped");
        ScanStatus scan = control.end(id(request), new ScanOrder(isAbort, order.reason()), order.patience());
        Json.send(response, scan.isClosed() ? Status.OK_200 : Status.ACCEPTED_202, scan);
    }

    private void metadata(ServerRequest request, ServerResponse response) {
        Json.send(response, Status.OK_200, control.metadata(id(request)).json());
    }

    private void describe(ServerRequest request, ServerResponse response) {
        JsonNode patch = Json.read(request);
        Json.send(response, Status.OK_200, control.describe(id(request), patch).json());
    }

    private void eventsOfScan(ServerRequest request, ServerResponse response) {
        control.events(id(request)).send(request, response);
    }

    private void events(ServerRequest request, ServerResponse response) {
        new EventStream(control.events(), control.events().newest(), null).send(request, response);
    }

    private static String id(ServerRequest request) {
        return request.path().pathParameters().get("id");
    }

    static HttpProblem badQuery(String name, String expected, @Nullable String actual) {
        return new HttpProblem(
                Status.BAD_REQUEST_400,
                "bad_query",
                "query parameter refused: name=" + name + ", expected=" + expected + ", actual=" + actual);
    }

    /**
     * The body of an order, which may be left out.
     *
     * @param reason in words
     * @param patience how long to wait for its effect
     */
    private record Order(String reason, Duration patience) {
        static Order of(ServerRequest request, String what) {
            JsonNode json = request.content().hasEntity() ? Json.read(request) : JsonNodeFactory.instance.objectNode();
            Body body = Body.of(json);
            String reason = body.text("reason");
            Double wait = body.seconds("wait_s", 0, MOST_WAIT_S);
            if (reason != null && (reason.isBlank() || reason.length() > MOST_REASON_CHARS)) {
                body.problem("reason", "1 to " + MOST_REASON_CHARS + " characters", json.path("reason"));
            }
            body.expectNoOther();
            body.refuseProblems();
            return new Order(reason == null ? what : what + ": " + reason, Duration.ofNanos((long)
                    ((wait == null ? WAIT_S : wait) * 1e9)));
        }
    }
}
