/**
 * The daemon's one HTTP server, and how a package answers through it.
 *
 * <pre>
 *  control, service, …            this package                                Helidon
 *  Routes.addTo(Router) ────────▶ Router: path, method, role, handler ──────▶ one listener, a virtual thread a connection
 *                                 BrowserGuard: no web page's requests
 *                                 Json: strict bodies in, JSON out
 *                                 HttpProblem ─▶ application/problem+json ◀── what Helidon refuses by itself
 * </pre>
 *
 * <p>A handler is Helidon's {@link io.helidon.webserver.http.Handler}: it reads the request, blocks where it has to, answers, from top to
 * bottom. It has a virtual thread of its own and must not touch what belongs to {@code hdf5-writer} or to an event loop: it hands tasks over and
 * waits. What is wrong with a request it throws as an {@link org.penstock.daemon.http.HttpProblem}.
 *
 * <p>A route cannot be added without the {@link org.penstock.daemon.access.Role} that it needs.
 */
@NullMarked
package org.penstock.daemon.http;

import org.jspecify.annotations.NullMarked;
