package org.penstock.benchmarks;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;

/**
 * What something costs on one data set: pairs of runs, one of a daemon with it and one of a daemon without.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param data which frames
 * @param codec how they were stored
 * @param cpuSPerGbOn the daemon's processor seconds per 10<sup>9</sup> bytes of pixels with it, median of the runs
 * @param cpuSPerGbOff the same without
 * @param ratio the first as a multiple of the second, pair by pair
 * @param pairs in the order in which they were run
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record PairedCost(
        String data,
        String codec,
        @JsonProperty("cpu_s_per_gb_on") double cpuSPerGbOn,
        @JsonProperty("cpu_s_per_gb_off") double cpuSPerGbOff,
        Ratio ratio,
        List<Pair> pairs) {
    /** Two runs that followed each other. */
    record Pair(BenchRun on, BenchRun off) {
        /** Returns the processor time with it as a multiple of that without. */
        double ratio() {
            return on.cpuSPerGb() / off.cpuSPerGb();
        }
    }

    /** The ratios of all pairs: the one in the middle, and how far they lie apart. */
    record Ratio(double median, double lowest, double highest) {}

    /** Sums up at least one pair. */
    static PairedCost of(List<Pair> pairs) {
        List<Double> ratios = pairs.stream().map(Pair::ratio).sorted().toList();
        BenchRun any = pairs.getFirst().on();
        return new PairedCost(
                any.data(),
                any.codec(),
                median(pairs.stream().map(pair -> pair.on().cpuSPerGb()).toList()),
                median(pairs.stream().map(pair -> pair.off().cpuSPerGb()).toList()),
                new Ratio(median(ratios), ratios.getFirst(), ratios.getLast()),
                List.copyOf(pairs));
    }

    /** Returns the value in the middle, or what lies between the two in the middle. */
    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
