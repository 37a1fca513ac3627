package org.penstock.benchmarks;

import java.time.Duration;
import java.util.List;

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
 * @param pacedSeconds of a stream below the daemon's rate
 * @param growth streams that show whether frames cost more the more there are
 * @param yardstick how long the yardstick is measured before each run
 */
record Effort(
        double warmUpSeconds,
        double runSeconds,
        int runs,
        int rounds,
        int pairs,
        double pacedSeconds,
        List<Growth.Load> growth,
        Duration yardstick) {
    static final Effort QUICK = new Effort(
            1.5,
            1.5,
            1,
            1,
            2,
            1.5,
            List.of(new Growth.Load(20_000, 20_000), new Growth.Load(1_000, 10)),
            Duration.ofMillis(500));
    static final Effort FULL = new Effort(
            10,
            5,
            3,
            4,
            4,
            60,
            List.of(new Growth.Load(1_000_000, 1_000_000), new Growth.Load(10_000, 10)),
            Duration.ofSeconds(1));
}
