package org.penstock.daemon.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedBeamlineTest {
    @Test
    void shouldMakeWholeFramesOfEveryDetector() {
        try (SimulatedBeamline beamline = new SimulatedBeamline(0.5)) {
            List<String> names =
                    beamline.detectors().stream().map(SimulatedDetector::name).toList();

            assertThat(names).containsExactly("eiger", "camera", "fluorescence", "diode", "elapsed_time");
            assertThat(beamline.detectors()).allSatisfy(detector -> {
                assertThat(detector.frames()).isPositive();
                assertThat(detector.pixels().byteSize() % detector.frameBytes()).isZero();
            });
        }
    }

    @Test
    void shouldCountNothingInModuleGapsAndFewPhotonsElsewhere() {
        try (SimulatedBeamline beamline = new SimulatedBeamline(0.1)) {
            int[] frame = beamline.detectors()
                    .getFirst()
                    .pixels()
                    .asSlice(0, beamline.detectors().getFirst().frameBytes())
                    .toArray(ValueLayout.JAVA_INT);

            for (int x = 0; x < 2068; x++) {
                assertThat(frame[530 * 2068 + x]).isZero();
            }
            double mean = java.util.Arrays.stream(frame).average().orElseThrow();
            assertThat(mean).isBetween(0.1, 5.0);
        }
    }
}
