package org.penstock.benchmarks;

import java.nio.file.Path;
import java.util.List;
import org.penstock.daemon.PenstockDaemon;
import org.penstock.daemon.cli.StandardOutput;
import org.penstock.daemon.config.DaemonConfig;

/**
 * {@code serve --port 0 --http-port 0 --data-dir DIR} without journals of part files, to be measured beside a daemon that has them. What it acknowledges survives
 * nothing; no configuration makes a daemon that is installed do so.
 *
 * <p><b>Threading:</b> a main class.
 */
@StandardOutput
final class UnjournalledDaemon {
    private static final int DATA_DIR = 6;

    private UnjournalledDaemon() {}

    /** Runs until the process is ended. */
    public static void main(String[] arguments) {
        List<String> expected = List.of("serve", "--port", "0", "--http-port", "0", "--data-dir");
        if (arguments.length != DATA_DIR + 1
                || !List.of(arguments).subList(0, DATA_DIR).equals(expected)) {
            throw new IllegalArgumentException(
                    "expected=" + String.join(" ", expected) + " DIR, actual=" + String.join(" ", arguments));
        }
        DaemonConfig config =
                DaemonConfig.defaults().withPort(0).withHttpPort(0).withDataDir(Path.of(arguments[DATA_DIR]));
        PenstockDaemon daemon = PenstockDaemon.startWithoutPartJournals(config);
        Runtime.getRuntime().addShutdownHook(new Thread(daemon::close, "shutdown"));
        System.out.println("ready " + daemon.addresses());
    }
}
