package org.penstock.daemon.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NodeSizeTest {
    private static final NodeSize.CoreRates RATES = new NodeSize.CoreRates(3e9, 6e9, 2e9);

    @ParameterizedTest
    @CsvSource({
        "4M:u32:500Hz, 16777216, 500, 4",
        "2068x2162:u32:500Hz:13, 17884064, 500, 13",
        "4096:u32:10kHz:1.5, 16384, 10000, 1.5",
        "1024x1024:u16:2.5kHz, 2097152, 2500, 4",
        "1:f64:1kHz:1, 8, 1000, 1",
    })
    void shouldReadWhatADetectorBrings(String text, long frameBytes, double hertz, double ratio) {
        DetectorLoad load = DetectorLoad.parse(text);

        assertThat(load.frameBytes()).isEqualTo(frameBytes);
        assertThat(load.framesPerSecond()).isEqualTo(hertz);
        assertThat(load.ratio()).isEqualTo(ratio);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "4M",
                "4M:u32",
                "4M:u33:500Hz",
                "4M:u32:500",
                "4M:u32:0Hz",
                "0:u32:1Hz",
                "4x:u32:1Hz",
                "99999999x99999999:u32:1Hz",
                "4M:u32:500Hz:0.5",
                "-4M:u32:500Hz",
                "4M:u32:500Hz:4:4"
            })
    void shouldSayWhatIsExpectedOfADetector(String text) {
        assertThatThrownBy(() -> DetectorLoad.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4M:u32:500Hz");
    }

    @Test
    void shouldAddUpWhatDetectorsNeed() {
        DetectorLoad eiger = DetectorLoad.parse("4M:u32:500Hz:10");

        NodeSize one = NodeSize.of(List.of(eiger), RATES, 42L << 30);
        NodeSize two = NodeSize.of(List.of(eiger, eiger), RATES, 84L << 30);

        // 8.39 GB/s in, 0.84 GB/s stored: 2.80 + 1.40 + 0.42 cores busy, of which 70 % are planned for
        assertThat(one.cores()).isEqualTo(7);
        assertThat(two.cores()).isEqualTo(14);
        assertThat(one.diskBytesPerSecond()).isCloseTo(0.839e9, within(1e6));
        // 67 Gbit/s, of which 70 % are planned for
        assertThat(one.networkGigabits()).isEqualTo(100);
        assertThat(two.networkGigabits()).isEqualTo(200);
        // the slab, 2 GiB for Java, 2 GiB for the system, four seconds of the page cache
        assertThat(one.memoryBytes() >> 30).isEqualTo(42 + 2 + 2 + 4);
    }
}
