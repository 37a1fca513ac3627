package org.penstock.daemon.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the daemon answers over HTTP, and what one peer may ask of it. See {@code penstock.yaml} for the meaning of each key.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param host address to bind
 * @param port TCP port, 0 = any free one, null = no HTTP
 * @param maxConnections open at the same time
 * @param maxConnectionsPerPeer of them, of one address; given as 0 it becomes three quarters of them
 * @param headerBytes of a request, its first line included
 * @param bodyBytes of a request
 * @param idleTimeout after which a connection that sends nothing, or takes nothing of its answer, is closed
 */
public record HttpConfig(
        String host,
        @Nullable Integer port,
        int maxConnections,
        @Automatic int maxConnectionsPerPeer,
        long headerBytes,
        long bodyBytes,
        Duration idleTimeout) {

    /** @throws ConfigurationException with every value that is refused */
    public HttpConfig {
        maxConnectionsPerPeer = maxConnectionsPerPeer == 0 ? PeerShare.of(maxConnections) : maxConnectionsPerPeer;
        new SectionCheck("http")
                .address("host", host)
                .that(port == null || (port >= 0 && port <= 65_535), "port", "off, or 0 to 65535", "" + port)
                .count("max_connections", maxConnections, 1, 65_535)
                .count("max_connections_per_peer", maxConnectionsPerPeer, 1, 65_535)
                .bytes("header_bytes", headerBytes, 1024, ByteSize.MIB)
                .bytes("body_bytes", bodyBytes, 1024, ByteSize.GIB)
                .time("idle_timeout", idleTimeout, Duration.ofMillis(100), Duration.ofHours(1))
                .refuseProblems();
    }

    HttpConfig withPort(@Nullable Integer newPort) {
        return new HttpConfig(
                host, newPort, maxConnections, maxConnectionsPerPeer, headerBytes, bodyBytes, idleTimeout);
    }
}
