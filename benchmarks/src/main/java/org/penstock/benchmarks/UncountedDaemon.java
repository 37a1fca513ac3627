package org.penstock.benchmarks;

import org.penstock.daemon.PenstockDaemon;

/**
 * A daemon without metrics, to be measured beside one that has them. Its STATUS says 0; no configuration makes a daemon that is installed do so.
 *
 * <p><b>Threading:</b> a main class.
 */
final class UncountedDaemon {
    private UncountedDaemon() {}

    /** Runs until the process is ended. */
    public static void main(String[] arguments) {
        ReducedDaemon.run(arguments, PenstockDaemon::startWithoutMetrics);
    }
}
