package org.penstock.benchmarks;

import java.time.Duration;

/**
 * How thoroughly is measured.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param warmUpSeconds how long is sent before anything is measured
 * @param runSeconds how long each measured stream is sent
 * @param runs of each data set
 * @param pairs of runs of each data set, with and without journals, when these are compared
 * @param yardstick how long the yardstick is measured before each run
 */
record Effort(double warmUpSeconds, double runSeconds, int runs, int pairs, Duration yardstick) {
    static final Effort QUICK = new Effort(1.5, 1.5, 1, 2, Duration.ofMillis(500));
    static final Effort FULL = new Effort(4, 5, 3, 7, Duration.ofSeconds(1));
}
