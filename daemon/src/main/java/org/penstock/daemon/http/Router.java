package org.penstock.daemon.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.penstock.daemon.access.Role;

/**
 * Collects what can be asked for. A path that is known with other methods alone answers 405 and names them.
 *
 * <p><b>Threading:</b> confined to the thread that starts the server.
 */
public final class Router {
    private final List<Endpoint> endpoints = new ArrayList<>();

    Router() {}

    /** Adds what is read and changes nothing. */
    public Router get(String path, Role role, Handler handler) {
        return add("GET", path, role, handler);
    }

    /** Adds what changes something. */
    public Router post(String path, Role role, Handler handler) {
        return add("POST", path, role, handler);
    }

    /** Adds what changes a part of something that is there. */
    public Router patch(String path, Role role, Handler handler) {
        return add("PATCH", path, role, handler);
    }

    private Router add(String method, String path, Role role, Handler handler) {
        endpoints.add(new Endpoint(method, path, role, handler));
        return this;
    }

    List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    void addTo(HttpRules rules, Guard guard) {
        Map<String, List<String>> methods = new LinkedHashMap<>();
        for (Endpoint endpoint : endpoints) {
            rules.route(Method.create(endpoint.method()), endpoint.path(), guard.before(endpoint));
            methods.computeIfAbsent(endpoint.path(), _ -> new ArrayList<>()).add(endpoint.method());
        }
        methods.forEach((path, allowed) -> rules.any(path, otherMethod(String.join(", ", allowed))));
    }

    private static Handler otherMethod(String allowed) {
        return (request, response) -> {
            response.header(HeaderNames.ALLOW, allowed);
            throw new HttpProblem(
                    Status.METHOD_NOT_ALLOWED_405,
                    "method_not_allowed",
                    "method not allowed: expected=" + allowed + ", actual="
                            + request.prologue().method().text());
        };
    }
}
