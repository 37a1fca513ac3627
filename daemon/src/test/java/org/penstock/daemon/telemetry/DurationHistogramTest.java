package org.penstock.daemon.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DurationHistogramTest {
    private final DurationHistogram histogram = new DurationHistogram();

    @ParameterizedTest
    @CsvSource({
        "-5, 0",
        "0, 0",
        "1, 0",
        "1024, 0",
        "1025, 1",
        "2048, 1",
        "2049, 2",
        "1048576, 10",
        "1048577, 11",
        "34359738368, 25",
        "34359738369, 26",
        "9223372036854775807, 26"
    })
    void shouldCountADurationInTheBucketWhoseBoundItDoesNotExceed(long ns, int bucket) {
        histogram.record(ns);

        long[] counts = histogram.read().counts();
        assertThat(counts[bucket]).isEqualTo(1);
        assertThat(Arrays.stream(counts).sum()).isEqualTo(1);
    }

    @Test
    void shouldSayBoundsInSecondsUpToInfinity() {
        double[] bounds = histogram.read().boundsSeconds();

        assertThat(bounds).isSorted().hasSameSizeAs(histogram.read().counts());
        assertThat(bounds[0]).isEqualTo(1.024e-6);
        assertThat(bounds[10]).isEqualTo(1.048576e-3);
        assertThat(bounds[bounds.length - 1]).isInfinite();
    }

    @Test
    void shouldAddUpWhatItCounts() {
        histogram.record(1_000_000_000);
        histogram.record(500_000_000);
        histogram.record(-1);

        assertThat(histogram.read().sumSeconds()).isEqualTo(1.5);
    }
}
