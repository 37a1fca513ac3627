package org.penstock.daemon.http;

/** What a package answers over HTTP. */
@FunctionalInterface
public interface Routes {
    /** Adds every route; called once, before the server listens. */
    void addTo(Router router);
}
