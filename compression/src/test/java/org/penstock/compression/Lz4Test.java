package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Lz4Test extends ChunkCodecContract {
    private static final FilterStage STAGE = new FilterStage(32004, true, List.of(0));
    private static final Optional<CFilter> C_FILTER = CFilter.find("libh5lz4.so");

    @Override
    ChunkCodec codec() {
        return new Lz4();
    }

    @Override
    byte[] decode(MemorySegment stored, long storedBytes, int elementBytes) {
        assumeTrue(C_FILTER.isPresent(), CFilter.MISSING);
        return C_FILTER.orElseThrow()
                .decode(stored.asSlice(0, storedBytes).toArray(ValueLayout.JAVA_BYTE), STAGE)
                .orElseThrow();
    }

    @Test
    void shouldStoreClientDataAsTheCFilterDoes() {
        assertThat(new Lz4().filterPipeline(2, 4096)).containsExactly(STAGE);
    }

    @Test
    void shouldWriteHeaderAndBlockBigEndian() {
        try (Arena arena = Arena.ofConfined();
                ChunkEncoder encoder = new Lz4().newEncoder()) {
            MemorySegment target = arena.allocate(64);

            long storedBytes = encoder.encode(arena.allocate(64), 64, 2, target);

            // one block of 64: a literal, a run of 58, 5 literals
            String expected = "0000000000000040" + "00000040" + "0000000b" + "1f000100" + "27" + "500000000000";
            assertThat(HexFormat.of().formatHex(target.asSlice(0, storedBytes).toArray(ValueLayout.JAVA_BYTE)))
                    .isEqualTo(expected);
        }
    }

    @Test
    void shouldStoreBlockThatDoesNotShrinkAsItIs() {
        byte[] chunk = new byte[10_001];
        Random random = new Random(3);
        byte[] noise = new byte[4096];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, chunk, 4096, 4096);
        try (Arena arena = Arena.ofConfined();
                ChunkEncoder encoder = Lz4.newEncoder(4096)) {
            MemorySegment target = arena.allocate(chunk.length);

            long storedBytes = encoder.encode(GuardedBuffer.copyOf(chunk, arena), chunk.length, 1, target);

            assertThat(storedBytes).isBetween(12 + 3 * 4 + 4096L, 12 + 3 * 4 + 4096L + 100);
            assertThat(decode(target, storedBytes, 1)).isEqualTo(chunk);
        }
    }
}
