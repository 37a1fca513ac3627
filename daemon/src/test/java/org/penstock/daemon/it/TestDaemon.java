package org.penstock.daemon.it;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.penstock.daemon.PenstockDaemon;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.telemetry.Counter;

/** A daemon in this JVM, on a free port. */
public final class TestDaemon implements AutoCloseable {
    private final PenstockDaemon daemon;
    private final Path dataDir;

    private TestDaemon(PenstockDaemon daemon, Path dataDir) {
        this.daemon = daemon;
        this.dataDir = dataDir;
    }

    /** Starts with the defaults, writing to {@code dataDir}. */
    public static TestDaemon start(Path dataDir) {
        return start(DaemonConfig.defaults().withDataDir(dataDir));
    }

    /** Starts with a configuration; the ports are replaced by free ones. */
    public static TestDaemon start(DaemonConfig config) {
        return new TestDaemon(
                PenstockDaemon.start(config.withPort(0).withHttpPort(0)),
                config.storage().dataDir());
    }

    /** Starts with lines of YAML over the defaults. */
    public static TestDaemon start(Path dataDir, String yaml) throws IOException {
        return start(config(dataDir, yaml));
    }

    /** Reads lines of YAML over the defaults. */
    public static DaemonConfig config(Path dataDir, String yaml) throws IOException {
        Path file = Files.createTempFile("penstock-test", ".yaml");
        try {
            Files.writeString(file, yaml);
            return DaemonConfig.load(file).withDataDir(dataDir);
        } finally {
            Files.delete(file);
        }
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(daemon.host(), daemon.port());
    }

    public PenstockDaemon daemon() {
        return daemon;
    }

    /** Returns one of the daemon's counters. */
    public long count(Counter counter) {
        return daemon.telemetry().value(counter);
    }

    /** Stops it, as SIGTERM does. */
    public void stop() {
        daemon.close();
    }

    /** Stops it, and has the files that it leaves judged. */
    @Override
    public void close() {
        daemon.close();
        WrittenMasters.judge(dataDir);
    }
}
