package org.penstock.daemon.it;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.penstock.daemon.PenstockDaemon;
import org.penstock.daemon.config.DaemonConfig;

/** A daemon in this JVM, on a free port. */
public final class TestDaemon implements AutoCloseable {
    private final PenstockDaemon daemon;

    private TestDaemon(PenstockDaemon daemon) {
        this.daemon = daemon;
    }

    /** Starts with the defaults, writing to {@code dataDir}. */
    public static TestDaemon start(Path dataDir) {
        return start(DaemonConfig.defaults().withDataDir(dataDir));
    }

    /** Starts with a configuration; the port is replaced by a free one. */
    public static TestDaemon start(DaemonConfig config) {
        return new TestDaemon(PenstockDaemon.start(config.withPort(0)));
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(daemon.host(), daemon.port());
    }

    public PenstockDaemon daemon() {
        return daemon;
    }

    @Override
    public void close() {
        daemon.close();
    }
}
