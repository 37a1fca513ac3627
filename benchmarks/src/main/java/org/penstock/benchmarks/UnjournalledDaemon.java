package org.penstock.benchmarks;

import org.penstock.daemon.PenstockDaemon;

/**
 * A daemon without journals of part files, to be measured beside one that has them. What it acknowledges survives nothing; no configuration makes a daemon that is
 * installed do so.
 *
 * <p><b>Threading:</b> a main class.
 */
final class UnjournalledDaemon {
    private UnjournalledDaemon() {}

    /** Runs until the process is ended. */
    public static void main(String[] arguments) {
        ReducedDaemon.run(arguments, PenstockDaemon::startWithoutPartJournals);
    }
}
