package org.penstock.daemon.control;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.penstock.daemon.access.Role;
import org.penstock.daemon.http.HttpServer;
import org.penstock.daemon.http.Json;
import org.penstock.daemon.http.Router;
import org.penstock.daemon.http.Routes;
import org.penstock.protocol.Prefix;

/**
 * {@code GET /api/version}: what answers here; {@code GET /api/openapi.yaml}: what can be asked.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param name of the daemon, with its version
 */
public record VersionRoutes(String name) implements Routes {

    private static final String DOCUMENT = "openapi.yaml";

    private static byte[] document() {
        try (InputStream stream = Objects.requireNonNull(VersionRoutes.class.getResourceAsStream(DOCUMENT), DOCUMENT)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException("damaged jar: resource=" + DOCUMENT, e);
        }
    }

    /** The answer. */
    private record Version(String daemon, int protocol) {}

    @Override
    public void addTo(Router router) {
        byte[] document = document();
        router.get(
                        "/api/version",
                        Role.ANYONE,
                        (_, response) -> Json.send(response, Status.OK_200, new Version(name, Prefix.VERSION)))
                .get("/api/" + DOCUMENT, Role.ANYONE, (_, response) -> {
                    response.header(HeaderNames.CONTENT_TYPE, "application/yaml");
                    HttpServer.write(() -> response.send(document));
                });
    }
}
