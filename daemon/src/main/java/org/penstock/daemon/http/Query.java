package org.penstock.daemon.http;

import io.helidon.webserver.http.ServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Parameters of a request's query. Helidon's own take a search for services to read them.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class Query {
    private Query() {}

    /** Returns the first value of a parameter, or null. */
    public static @Nullable String first(ServerRequest request, String name) {
        for (String parameter : request.query().rawValue().split("&", -1)) {
            String[] parts = parameter.split("=", 2);
            if (decoded(parts[0]).equals(name)) {
                return parts.length == 1 ? "" : decoded(parts[1]);
            }
        }
        return null;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return text; // a lone %: then it is what it says
        }
    }
}
