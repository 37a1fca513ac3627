package org.penstock.benchmarks;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Arrays;
import java.util.List;

/**
 * The same frames alone and with values that come with each, by turns.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param alone the run whose rate is in the middle
 * @param with likewise
 * @param cpuMultiple processor time with values as a multiple of that without, pair by pair: the median
 * @param rateMultiple frames a second, likewise
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record ValuesCost(
        BenchRun alone,
        BenchRun with,
        @JsonProperty("cpu_multiple") double cpuMultiple,
        @JsonProperty("rate_multiple") double rateMultiple) {
    static ValuesCost of(List<BenchRun> alone, List<BenchRun> with) {
        double[] cpu = new double[alone.size()];
        double[] rate = new double[alone.size()];
        for (int i = 0; i < cpu.length; i++) {
            cpu[i] = with.get(i).cpuSPerGb() / alone.get(i).cpuSPerGb();
            rate[i] = with.get(i).framesPerS() / alone.get(i).framesPerS();
        }
        return new ValuesCost(BenchRun.median(alone), BenchRun.median(with), median(cpu), median(rate));
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[(values.length - 1) / 2];
    }
}
