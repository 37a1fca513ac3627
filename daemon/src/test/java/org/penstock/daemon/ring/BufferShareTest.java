package org.penstock.daemon.ring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.config.MemoryConfig;
import org.penstock.daemon.ring.BufferShare.Chunks;

final class BufferShareTest {
    private static final long MIB = 1L << 20;
    private static final MemoryConfig MEMORY = DaemonConfig.defaults().memory().with(2L << 30, 256 * MIB, 4096);
    private static final BufferShare SHARE = new BufferShare(MEMORY);

    @ParameterizedTest
    @CsvSource({
        // room MiB, free MiB, free buffers, what it gets
        "2, 2048, 2048, 32",
        "16, 2048, 2048, 16",
        "32, 512, 2048, 4",
        "32, 256, 2048, 3",
        "2, 2048, 40, 10",
        "2, 2048, 3, 3",
        "2, 2048, 2, 0",
    })
    void shouldLeaveThreeQuartersToOthersWhereNobodySaysARate(
            long roomMib, long freeMib, int freeBuffers, int buffers) {
        Chunks chunks = new Chunks(roomMib * MIB, 1, null);

        assertThat(SHARE.buffers(chunks, freeMib * MIB, freeBuffers)).isEqualTo(buffers);
    }

    @ParameterizedTest
    @CsvSource({
        // room MiB, frames of a chunk, rate, free MiB, free buffers, what it gets
        "2, 1, 50, 2048, 2048, 103",
        "2, 1, 10000, 2048, 2048, 128",
        "2, 1, 0.1, 2048, 2048, 32",
        "256, 1, 0.1, 2048, 2048, 3",
        "2, 10, 50, 2048, 2048, 32",
        "2, 1, 50, 600, 2048, 75",
        "2, 1, 50, 2048, 552, 103",
        "2, 1, 50, 2048, 200, 50",
        "2, 1, 50, 2048, 2, 0",
    })
    void shouldLeaveAQuarterOfAllToOthersWhereARateIsSaid(
            long roomMib, long frames, double rateHz, long freeMib, int freeBuffers, int buffers) {
        Chunks chunks = new Chunks(roomMib * MIB, frames, rateHz);

        assertThat(SHARE.buffers(chunks, freeMib * MIB, freeBuffers)).isEqualTo(buffers);
    }

    @Test
    void shouldTakeARateThatIsNoneForUnsaid() {
        for (Double none : new Double[] {null, 0.0, -1.0, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThat(SHARE.wanted(new Chunks(MIB, 1, none))).isEqualTo(32);
        }
        assertThat(SHARE.wanted(new Chunks(MIB, 1, 1e300))).isEqualTo(65_535);
    }

    @Test
    void shouldCountSlotsByPowersOfTwo() {
        assertThat(FrameRing.slotsFor(2048)).isEqualTo(4096);
        assertThat(FrameRing.slotsFor(2049)).isEqualTo(8192);
        assertThat(FrameRing.maxBuffers(4096)).isEqualTo(2048);
    }
}
