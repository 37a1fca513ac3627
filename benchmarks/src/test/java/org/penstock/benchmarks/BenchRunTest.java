package org.penstock.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchRunTest {
    private final ObjectMapper json = new ObjectMapper();

    @Test
    void shouldWriteTheKeysThatReadersExpect() {
        JsonNode run = json.valueToTree(run(1000).withYardstick(500));

        assertThat(run.fieldNames())
                .toIterable()
                .containsExactly(
                        "data",
                        "codec",
                        "frames",
                        "frames_per_s",
                        "mb_per_s",
                        "cpu_s_per_gb",
                        "ratio",
                        "alloc_bytes_per_frame",
                        "gc_max_ms",
                        "latency_ms",
                        "yardstick_mb_per_s",
                        "yardstick_multiple",
                        "stored_mb_per_s",
                        "cpu_s_per_stored_gb");
        assertThat(run.path("latency_ms").fieldNames()).toIterable().containsExactly("p50", "p99", "p999");
        assertThat(run.path("yardstick_multiple").asDouble()).isEqualTo(2);
    }

    @Test
    void shouldWriteNullWhereThereIsNoYardstick() {
        JsonNode run = json.valueToTree(run(1000));

        assertThat(run.path("yardstick_mb_per_s").isNull()).isTrue();
        assertThat(run.path("yardstick_multiple").isNull()).isTrue();
    }

    @Test
    void shouldTakeTheRunWithTheMedianRate() {
        BenchRun median = BenchRun.median(List.of(run(900), run(1200), run(1100)));

        assertThat(median.mbPerS()).isEqualTo(1100);
    }

    @Test
    void shouldPrintALineAsWideAsTheHead() {
        String line = ResultTable.line(run(1234.5).withYardstick(500));

        assertThat(line).hasSameSizeAs(ResultTable.head()).contains("1235", "0.400", "1.0/2.0/3.0", "2.47");
    }

    private static BenchRun run(double megabytesPerSecond) {
        return new BenchRun(
                "m1_u16",
                "bslz4",
                100,
                50,
                megabytesPerSecond,
                0.4,
                7.2,
                12,
                0,
                new BenchRun.Latency(1, 2, 3),
                null,
                null,
                new BenchRun.Roles(Map.of("ingest", 0.1), Map.of("ingest", 3.0)));
    }
}
