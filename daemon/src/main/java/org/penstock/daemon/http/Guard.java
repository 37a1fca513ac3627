package org.penstock.daemon.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.access.Access;
import org.penstock.daemon.access.AccessException;
import org.penstock.daemon.access.AuditLog;
import org.penstock.daemon.access.Caller;
import org.penstock.daemon.access.Role;

/**
 * Stands before every handler: asks for the token before a byte of the body is read, and notes what was done and refused.
 *
 * <p><b>Threading:</b> any thread.
 */
record Guard(Access access, AuditLog audit) {
    private static final String BEARER = "bearer ";

    Handler before(Endpoint endpoint) {
        return (request, response) -> {
            Caller caller = admit(request, response, endpoint);
            boolean isNoted = endpoint.role() == Role.OPERATE || endpoint.role() == Role.ADMIN;
            if (!isNoted) {
                endpoint.handler().handle(request, response);
                return;
            }
            String result = "failed";
            try {
                endpoint.handler().handle(request, response);
                result = Integer.toString(response.status().code());
            } catch (HttpProblem problem) {
                result = problem.status().code() + " " + problem.code();
                throw problem;
            } finally {
                audit.done(
                        HttpServer.peer(request),
                        caller,
                        endpoint.role(),
                        endpoint.method() + " " + endpoint.path(),
                        target(request, response),
                        result);
            }
        };
    }

    private Caller admit(ServerRequest request, ServerResponse response, Endpoint endpoint) {
        Caller caller = null;
        try {
            caller = endpoint.role() == Role.ANYONE ? Caller.LOCAL : access.caller(token(request));
            Access.require(caller, endpoint.role());
            return caller;
        } catch (AccessException e) {
            audit.refused(
                    HttpServer.peer(request),
                    caller,
                    endpoint.method() + " " + request.path().path(),
                    String.valueOf(e.getMessage()));
            if (e.isUnknown()) {
                response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
            }
            throw new HttpProblem(
                    e.isUnknown() ? Status.UNAUTHORIZED_401 : Status.FORBIDDEN_403,
                    e.isUnknown() ? "no_token" : "forbidden",
                    String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String token(ServerRequest request) {
        if (!request.headers().contains(HeaderNames.AUTHORIZATION)) {
            return null;
        }
        String value = request.headers().get(HeaderNames.AUTHORIZATION).get();
        boolean isBearer = value.toLowerCase(Locale.ROOT).startsWith(BEARER);
        return isBearer ? value.substring(BEARER.length()).strip() : null;
    }

    /** Returns what it was about: what the path names, or what was made. */
    private static @Nullable String target(ServerRequest request, ServerResponse response) {
        if (request.path().pathParameters().contains("id")) {
            return request.path().pathParameters().get("id");
        }
        return response.headers().contains(HeaderNames.LOCATION)
                ? response.headers().get(HeaderNames.LOCATION).get()
                : null;
    }
}
