package org.penstock.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class YardstickTest {
    @Test
    void shouldMeasureRateAndRatioOfTheInstalledCLibrary() {
        try (Arena arena = Arena.ofConfined()) {
            SimulatedFrames set = SimulatedFrames.M1_U16;
            MemorySegment frames = set.generate(arena, 2);

            Optional<Yardstick.Result> result =
                    Yardstick.measure(frames, set.frameBytes(), set.elementBytes(), Duration.ofMillis(20));

            assumeTrue(result.isPresent(), "libh5bshuf.so is not installed (Debian: hdf5-filter-plugin or bitshuffle)");
            assertThat(result.get().megabytesPerSecond()).isPositive();
            assertThat(result.get().ratio()).isCloseTo(7.37, Offset.offset(0.1));
        }
    }
}
