package org.penstock.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PairedCostTest {
    private static final Offset<Double> CLOSE = within(1e-12);

    /** Medians of the modes come from other pairs than the median of the ratios. */
    private final PairedCost cost = PairedCost.of(
            List.of(pair(0.50, 0.50), pair(0.66, 0.60), pair(0.42, 0.40), pair(0.57, 0.60), pair(0.52, 0.50)));

    @Test
    void shouldTakeTheMedianOfEachModeAndOfTheRatiosPairByPair() {
        assertThat(cost.cpuSPerGbOn()).isEqualTo(0.52, CLOSE);
        assertThat(cost.cpuSPerGbOff()).isEqualTo(0.50, CLOSE);
        assertThat(cost.ratio().median()).isEqualTo(1.04, CLOSE);
        assertThat(cost.ratio().lowest()).isEqualTo(0.95, CLOSE);
        assertThat(cost.ratio().highest()).isEqualTo(1.1, CLOSE);
    }

    @Test
    void shouldTakeWhatIsBetweenTheTwoInTheMiddleOfAnEvenNumber() {
        PairedCost even = PairedCost.of(List.of(pair(0.6, 0.5), pair(0.5, 0.5)));

        assertThat(even.cpuSPerGbOn()).isEqualTo(0.55, CLOSE);
        assertThat(even.ratio().median()).isEqualTo(1.1, CLOSE);
    }

    @Test
    void shouldWriteTheKeysThatReadersExpect() {
        JsonNode json = new ObjectMapper().valueToTree(cost);

        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly("data", "codec", "cpu_s_per_gb_on", "cpu_s_per_gb_off", "ratio", "pairs");
        assertThat(json.path("ratio").fieldNames()).toIterable().containsExactly("median", "lowest", "highest");
        assertThat(json.path("pairs").path(1).fieldNames()).toIterable().containsExactly("on", "off");
        assertThat(json.at("/pairs/1/off/cpu_s_per_gb").asDouble()).isEqualTo(0.60);
    }

    @Test
    void shouldPrintALineAsWideAsTheHead() {
        assertThat(ResultTable.comparisonLine(cost))
                .hasSameSizeAs(ResultTable.comparisonHead())
                .contains("0.520", "0.500", "1.040", "0.950", "1.100");
    }

    private static PairedCost.Pair pair(double on, double off) {
        return new PairedCost.Pair(run(on), run(off));
    }

    private static BenchRun run(double cpuSPerGb) {
        return new BenchRun(
                "m1_u16",
                "bslz4",
                100,
                50,
                1000,
                cpuSPerGb,
                7.2,
                12,
                0,
                new BenchRun.Latency(1, 2, 3),
                null,
                null,
                new BenchRun.Roles(Map.of(), Map.of()));
    }
}
