package org.penstock.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthTest {
    private static final Growth.Load LOAD = new Growth.Load(1000, 300);

    @Test
    void shouldCompareTheLastTenthWithTheFirst() {
        List<Growth.Sample> samples = List.of(
                new Growth.Sample(0, 7),
                new Growth.Sample(60, 7.0003),
                new Growth.Sample(120, 7.0006),
                new Growth.Sample(880, 7.5),
                new Growth.Sample(910, 7.9),
                new Growth.Sample(1000, 7.5012));

        Growth growth = Growth.of("tiny", LOAD, samples, 0.5);

        assertThat(growth.firstUs()).isCloseTo(5, within(1e-6));
        assertThat(growth.lastUs()).isCloseTo(10, within(1e-6));
        assertThat(growth.multiple()).isCloseTo(2, within(1e-6));
        assertThat(growth.load().parts()).isEqualTo(4);
    }

    @Test
    void shouldTakeTheWholeStreamWhereItWasTooShortToBeLookedAt() {
        List<Growth.Sample> samples = List.of(new Growth.Sample(0, 1), new Growth.Sample(1000, 1.002));

        Growth growth = Growth.of("tiny", LOAD, samples, 0.5);

        assertThat(growth.firstUs()).isCloseTo(2, within(1e-6));
        assertThat(growth.multiple()).isCloseTo(1, within(1e-6));
    }
}
