package org.penstock.benchmarks;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Comparator;
import java.util.List;

/**
 * One detector and several that send the same bytes, by turns.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param one what one detector cost: the run whose processor time is in the middle
 * @param several what several cost, likewise
 * @param detectors how many
 * @param leastShare bytes of the detector that got least through, as a multiple of the mean: the lowest of all runs
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Several(BenchRun one, BenchRun several, int detectors, double leastShare) {
    /** The streams of one run. */
    record Run(BenchRun run, double leastShare) {}

    static Several of(List<BenchRun> one, List<Run> several, int detectors) {
        return new Several(
                median(one),
                median(several.stream().map(Run::run).toList()),
                detectors,
                several.stream().mapToDouble(Run::leastShare).min().orElse(0));
    }

    private static BenchRun median(List<BenchRun> runs) {
        return runs.stream()
                .sorted(Comparator.comparingDouble(BenchRun::cpuSPerGb))
                .skip((runs.size() - 1) / 2)
                .findFirst()
                .orElseThrow();
    }

    /** Returns the processor time of several as a multiple of that of one. */
    @JsonProperty("cpu_multiple")
    double cpuMultiple() {
        return several.cpuSPerGb() / one.cpuSPerGb();
    }
}
