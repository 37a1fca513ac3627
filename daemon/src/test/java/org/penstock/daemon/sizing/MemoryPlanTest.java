package org.penstock.daemon.sizing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.config.MemoryConfig;
import org.penstock.daemon.ring.BufferShare;
import org.penstock.daemon.ring.BufferShare.Chunks;
import org.penstock.daemon.ring.FrameRing;

final class MemoryPlanTest {
    private static final MemoryConfig DEFAULTS =
            DaemonConfig.defaults().memory().with(2L << 30, 256L << 20, 4096);
    private static final long MIB = 1L << 20;

    /** 4M of 32 bits at 500 Hz: a raw and a stored side of each frame. */
    private static final Chunks EIGER = new Chunks(32 * MIB, 1, 500.0);

    @Test
    void shouldBridgeALargeDetectorForTwoSeconds() {
        MemoryConfig memory = MemoryPlan.of(List.of(EIGER), DEFAULTS);

        assertThat(memory.streamBytes()).isEqualTo(1003 * 32 * MIB);
        assertThat(memory.slabBytes()).isEqualTo(Math.ceilDiv(1003 * 32 * 4, 3) * MIB);
        assertThat(memory.ringSlots()).isEqualTo(4096);
        assertThat(memory.yaml())
                .isEqualTo("memory: {slab_bytes: 42795 MiB, stream_bytes: 32096 MiB, bridge: 2 s, ring_slots: 4096}");
        assertThat(EIGER.bridgedSeconds(new BufferShare(memory).buffers(EIGER, memory.slabBytes(), 2048)))
                .isEqualTo(2.0);
    }

    /** What the defaults give it: 256 MiB are eight such frames. */
    @Test
    void shouldSayWhatTheDefaultsBridge() {
        int buffers = new BufferShare(DEFAULTS).buffers(EIGER, DEFAULTS.slabBytes(), 2048);

        assertThat(buffers).isEqualTo(8);
        assertThat(EIGER.bridgedSeconds(buffers)).isEqualTo(0.01);
    }

    @Test
    void shouldGiveEachStreamItsMemoryInWhateverOrderTheyCome() {
        Random random = new Random(7);
        for (int node = 0; node < 2000; node++) {
            List<Chunks> streams = new ArrayList<>();
            for (int i = random.nextInt(1, 12); i > 0; i--) {
                long roomBytes = 4096L << random.nextInt(14);
                streams.add(new Chunks(roomBytes, random.nextLong(1, 200), Math.pow(10, random.nextDouble(0, 3))));
            }
            MemoryConfig memory = MemoryPlan.of(streams, DEFAULTS);
            Collections.shuffle(streams, random);
            open(streams, memory);
        }
    }

    private static void open(List<Chunks> streams, MemoryConfig memory) {
        long freeBytes = memory.slabBytes();
        int freeBuffers = FrameRing.maxBuffers(memory.ringSlots());
        for (Chunks stream : streams) {
            int buffers = new BufferShare(memory).buffers(stream, freeBytes, freeBuffers);
            assertThat(stream.bridgedSeconds(buffers))
                    .as("%s of %s with %s", stream, streams, memory)
                    .isGreaterThanOrEqualTo(2);
            freeBytes -= buffers * stream.roomBytes();
            freeBuffers -= buffers;
            assertThat(freeBytes).isNotNegative();
        }
    }

    @Test
    void shouldNameWhatIsMoreThanADaemonTakes() {
        Chunks huge = new Chunks(128 * MIB, 1, 100_000.0);

        assertThatThrownBy(() -> MemoryPlan.of(List.of(huge), DEFAULTS))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("memory.slab_bytes")
                .hasMessageContaining("1024 GiB");
    }
}
