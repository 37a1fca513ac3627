package org.penstock.benchmarks;

import java.time.Duration;

/**
 * How thoroughly is measured.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param warmUpSeconds how long is sent before anything is measured: on two cores the JIT takes a third of one for that long
 * @param runSeconds how long each measured stream is sent
 * @param runs of each data set
 * @param rounds of a comparison, each with two new daemons
 * @param pairs of runs in each round, one of each daemon
 * @param yardstick how long the yardstick is measured before each run
 */
record Effort(double warmUpSeconds, double runSeconds, int runs, int rounds, int pairs, Duration yardstick) {
    static final Effort QUICK = new Effort(1.5, 1.5, 1, 1, 2, Duration.ofMillis(500));
    static final Effort FULL = new Effort(10, 5, 3, 4, 4, Duration.ofSeconds(1));
}
