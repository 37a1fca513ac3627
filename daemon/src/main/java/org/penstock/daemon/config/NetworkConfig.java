package org.penstock.daemon.config;

import java.net.InetAddress;
import java.time.Duration;

/**
 * Where detectors connect. See {@code penstock.yaml} for the meaning of each key.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param host address to bind, a loopback one
 * @param port TCP port, 0 = any free one
 * @param ingestThreads event loops; given as 0 it becomes an eighth of the cores, at least 1
 * @param handshakeTimeout within which a connection must have opened something
 * @param maxConnections open at the same time
 */
public record NetworkConfig(
        String host, int port, @Automatic int ingestThreads, Duration handshakeTimeout, int maxConnections) {

    /** @throws ConfigurationException with every value that is refused */
    public NetworkConfig {
        ingestThreads =
                ingestThreads == 0 ? Math.max(1, Runtime.getRuntime().availableProcessors() / 8) : ingestThreads;
        new SectionCheck("network")
                .that(
                        isLoopback(host),
                        "host",
                        "a loopback address (127.0.0.1, ::1, localhost), for as long as there is no authentication",
                        host)
                .count("port", port, 0, 65_535)
                .count("ingest_threads", ingestThreads, 1, 64)
                .time("handshake_timeout", handshakeTimeout, Duration.ofMillis(100), Duration.ofHours(1))
                .count("max_connections", maxConnections, 1, 65_535)
                .refuseProblems();
    }

    // only literals and one fixed name: a start must not hang on a name server
    private static boolean isLoopback(String host) {
        if (host.equals("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
