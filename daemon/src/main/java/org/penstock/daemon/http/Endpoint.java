package org.penstock.daemon.http;

import io.helidon.webserver.http.Handler;
import org.penstock.daemon.access.Role;

/**
 * One thing that can be asked for.
 *
 * @param method in capitals
 * @param path with its variables in braces, {@code /api/scans/{id}}
 * @param role that the caller needs
 * @param handler answers
 */
public record Endpoint(String method, String path, Role role, Handler handler) {}
