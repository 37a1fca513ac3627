package org.penstock.daemon.config;

import java.time.Duration;

/**
 * Where detectors connect. See {@code penstock.yaml} for the meaning of each key.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param host address to bind
 * @param port TCP port, 0 = any free one
 * @param ingestThreads event loops; given as 0 it becomes an eighth of the cores, at least 1
 * @param handshakeTimeout within which a connection must have opened something
 * @param maxConnections open at the same time
 * @param maxConnectionsPerPeer of them, of one address; given as 0 it becomes three quarters of them
 */
public record NetworkConfig(
        String host,
        int port,
        @Automatic int ingestThreads,
        @Reloadable Duration handshakeTimeout,
        @Reloadable int maxConnections,
        @Automatic @Reloadable int maxConnectionsPerPeer) {

    /** @throws ConfigurationException with every value that is refused */
    public NetworkConfig {
        ingestThreads =
                ingestThreads == 0 ? Math.max(1, Runtime.getRuntime().availableProcessors() / 8) : ingestThreads;
        maxConnectionsPerPeer = maxConnectionsPerPeer == 0 ? PeerShare.of(maxConnections) : maxConnectionsPerPeer;
        new SectionCheck("network")
                .address("host", host)
                .count("port", port, 0, 65_535)
                .count("ingest_threads", ingestThreads, 1, 64)
                .time("handshake_timeout", handshakeTimeout, Duration.ofMillis(100), Duration.ofHours(1))
                .count("max_connections", maxConnections, 1, 65_535)
                .count("max_connections_per_peer", maxConnectionsPerPeer, 1, 65_535)
                .refuseProblems();
    }

    NetworkConfig withHost(String newHost) {
        return new NetworkConfig(newHost, port, ingestThreads, handshakeTimeout, maxConnections, maxConnectionsPerPeer);
    }

    NetworkConfig withPort(int newPort) {
        return new NetworkConfig(host, newPort, ingestThreads, handshakeTimeout, maxConnections, maxConnectionsPerPeer);
    }
}
