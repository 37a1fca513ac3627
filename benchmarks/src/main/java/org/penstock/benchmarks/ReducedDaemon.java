package org.penstock.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.penstock.daemon.PenstockDaemon;
import org.penstock.daemon.cli.StandardOutput;
import org.penstock.daemon.config.DaemonConfig;

/**
 * {@code serve --port 0 --http-port 0 --data-dir DIR} of a daemon that lacks something, to measure what that costs.
 *
 * <p><b>Threading:</b> used by main classes.
 */
@StandardOutput
final class ReducedDaemon {
    private static final int DATA_DIR = 6;

    private ReducedDaemon() {}

    /** Starts a daemon, says where it is ready, and stops it when the process is ended. */
    static void run(String[] arguments, Function<DaemonConfig, PenstockDaemon> start) {
        List<String> expected = List.of("serve", "--port", "0", "--http-port", "0", "--data-dir");
        if (arguments.length != DATA_DIR + 1
                || !List.of(arguments).subList(0, DATA_DIR).equals(expected)) {
            throw new IllegalArgumentException(
                    "expected=" + String.join(" ", expected) + " DIR, actual=" + String.join(" ", arguments));
        }
        DaemonConfig config =
                DaemonConfig.defaults().withPort(0).withHttpPort(0).withDataDir(Path.of(arguments[DATA_DIR]));
        PenstockDaemon daemon = start.apply(config);
        Runtime.getRuntime().addShutdownHook(new Thread(daemon::close, "shutdown"));
        System.out.println("ready " + daemon.addresses());
    }
}
