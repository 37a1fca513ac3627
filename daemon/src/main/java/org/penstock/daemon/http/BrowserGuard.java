package org.penstock.daemon.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a web page makes a browser send: a page from anywhere, opened on the machine of the daemon, reaches its loopback address too. A
 * request from another origin than our own is refused, and so is one for a host by name, which the page's owner may have pointed at us.
 *
 * <p><b>Threading:</b> any thread.
 */
final class BrowserGuard implements Filter {
    private final boolean hasTokens;

    /** With tokens the daemon may be called by a name: a page does not know one. */
    BrowserGuard(boolean hasTokens) {
        this.hasTokens = hasTokens;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        HttpProblem refused = refused(request);
        if (refused == null) {
            chain.proceed();
        } else {
            // not thrown: the answer would be written behind the filters, where nobody looks whether it is taken
            HttpServer.answer(request, response, refused);
        }
    }

    private @Nullable HttpProblem refused(RoutingRequest request) {
        ServerRequestHeaders headers = request.headers();
        String authority = request.authority();
        if (!hasTokens && !isAddress(authority)) {
            return refused("host by name: expected=an address or localhost, actual=" + authority);
        }
        if (headers.contains(HeaderNames.ORIGIN)) {
            String origin = headers.get(HeaderNames.ORIGIN).get();
            if (!origin.equals("http://" + authority) && !origin.equals("https://" + authority)) {
                return refused("request of a web page: expected=no Origin, or " + authority + ", actual=" + origin);
            }
        }
        return null;
    }

    private static HttpProblem refused(String detail) {
        return new HttpProblem(Status.FORBIDDEN_403, "origin", detail);
    }

    private static boolean isAddress(String authority) {
        String host = authority.replaceFirst(":\\d*$", "");
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            InetAddress.ofLiteral(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
