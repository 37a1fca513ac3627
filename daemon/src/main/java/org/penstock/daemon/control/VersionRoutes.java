package org.penstock.daemon.control;

import io.helidon.http.Status;
import org.penstock.daemon.access.Role;
import org.penstock.daemon.http.Json;
import org.penstock.daemon.http.Router;
import org.penstock.daemon.http.Routes;
import org.penstock.protocol.Prefix;

/**
 * {@code GET /api/version}: what answers here.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param name of the daemon, with its version
 */
public record VersionRoutes(String name) implements Routes {

    /** The answer. */
    private record Version(String daemon, int protocol) {}

    @Override
    public void addTo(Router router) {
        router.get(
                "/api/version",
                Role.ANYONE,
                (_, response) -> Json.send(response, Status.OK_200, new Version(name, Prefix.VERSION)));
    }
}
