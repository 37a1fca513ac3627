package org.penstock.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimulatedFramesTest {
    @ParameterizedTest
    @CsvSource({"e4m_u32, 1, b053658a", "m1_u16, 2, 5f6fd40d", "ccd_u16, 1, 50c09b9b"})
    void shouldMakeTheSameFramesEverywhere(String setName, int frames, String crc32) {
        try (Arena arena = Arena.ofConfined()) {
            CRC32 crc = new CRC32();

            crc.update(SimulatedFrames.of(setName).generate(arena, frames).asByteBuffer());

            assertThat(Long.toHexString(crc.getValue())).isEqualTo(crc32);
        }
    }

    @Test
    void shouldNameWhatExistsWhenAskedForAnotherSet() {
        assertThatThrownBy(() -> SimulatedFrames.of("m2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "unknown data set: actual=m2, expected=one of e4m_u32 m1_u16 ccd_u16 m1_u32 spectra_u32 counter_f64 "
                                + "image_64_u8");
    }
}
