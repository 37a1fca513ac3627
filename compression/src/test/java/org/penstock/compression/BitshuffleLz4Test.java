package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class BitshuffleLz4Test extends ChunkCodecContract {
    private static final Optional<CBitshuffle> C_FILTER = CBitshuffle.find();

    @Override
    ChunkCodec codec() {
        return new BitshuffleLz4();
    }

    @Override
    byte[] decode(MemorySegment stored, long storedBytes, int elementBytes) {
        assumeTrue(C_FILTER.isPresent(), CBitshuffle.MISSING);
        return C_FILTER.orElseThrow().decode(stored, storedBytes, elementBytes);
    }

    @Test
    void shouldStoreClientDataAsTheCFilterDoes() {
        assertThat(new BitshuffleLz4().filterPipeline(2, 4096))
                .containsExactly(new FilterStage(32008, true, List.of(0, 3, 2, 0, 2)));
    }

    @Test
    void shouldWriteHeaderAndBlocksBigEndian() {
        try (Arena arena = Arena.ofConfined();
                ChunkEncoder encoder = new BitshuffleLz4().newEncoder()) {
            MemorySegment target = arena.allocate(64);

            long storedBytes = encoder.encode(arena.allocate(66), 66, 2, target);

            // 33 elements: a block of 32 (a literal, a run of 58, 5 literals), one element as it is
            String expected =
                    "0000000000000042" + "00002000" + "0000000b" + "1f000100" + "27" + "500000000000" + "0000";
            assertThat(HexFormat.of().formatHex(target.asSlice(0, storedBytes).toArray(ValueLayout.JAVA_BYTE)))
                    .isEqualTo(expected);
        }
    }

    @Test
    void shouldRejectElementThatNoDetectorHas() {
        try (Arena arena = Arena.ofConfined();
                ChunkEncoder encoder = new BitshuffleLz4().newEncoder()) {
            MemorySegment source = arena.allocate(100_000);

            assertThatThrownBy(() -> encoder.encode(source, 100_000, 100_000, arena.allocate(100_000)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("elementBytes=100000");
        }
    }

    @Test
    void shouldRefuseToEncodeOnceClosed() {
        try (Arena arena = Arena.ofConfined()) {
            ChunkEncoder encoder = new BitshuffleLz4().newEncoder();
            encoder.close();

            assertThatThrownBy(() -> encoder.encode(arena.allocate(64), 64, 2, arena.allocate(64)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @TestFactory
    List<DynamicTest> shouldStoreRealFramesNearlyAsSmallAsTheCFilter() {
        List<Sample> frames = RealFrames.firstFrames();
        assumeTrue(!frames.isEmpty(), RealFrames.MISSING);
        assumeTrue(C_FILTER.isPresent(), CBitshuffle.MISSING);
        return frames.stream()
                .map(frame -> DynamicTest.dynamicTest(frame.toString(), () -> assertNearlyAsSmall(frame)))
                .toList();
    }

    private void assertNearlyAsSmall(Sample frame) {
        try (Arena arena = Arena.ofConfined();
                ChunkEncoder encoder = new BitshuffleLz4().newEncoder()) {
            MemorySegment source = GuardedBuffer.copyOf(frame.bytes(), arena);
            MemorySegment target = arena.allocate(frame.bytes().length);

            long storedBytes = encoder.encode(source, frame.bytes().length, frame.elementBytes(), target);

            long reference = C_FILTER.orElseThrow().storedBytes(frame.bytes(), frame.elementBytes());
            if (storedBytes == ChunkEncoder.NOT_SMALLER) {
                assertThat(frame.bytes().length).isLessThanOrEqualTo((int) (reference / 0.96));
            } else {
                assertThat(storedBytes).isLessThanOrEqualTo((long) (reference / 0.96));
                assertThat(decode(target, storedBytes, frame.elementBytes())).isEqualTo(frame.bytes());
            }
        }
    }
}
