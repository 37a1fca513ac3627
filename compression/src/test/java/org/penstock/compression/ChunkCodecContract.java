package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every codec. */
abstract class ChunkCodecContract {
    private final Arena arena = Arena.ofAuto();
    private final ChunkCodec codec = codec();
    private final ChunkEncoder encoder = codec.newEncoder();

    abstract ChunkCodec codec();

    /** Decodes with a foreign library; an assumption that fails where there is none. */
    abstract byte[] decode(MemorySegment stored, long storedBytes, int elementBytes);

    @AfterEach
    void closeEncoder() {
        encoder.close();
    }

    @Test
    void shouldBeFoundByItsName() {
        assertThat(ChunkCodec.of(codec.name())).isEqualTo(codec);
    }

    @ParameterizedTest
    @MethodSource("org.penstock.compression.Sample#all")
    void shouldGiveBackWhatItStored(Sample sample) {
        MemorySegment source = GuardedBuffer.copyOf(sample.bytes(), arena);
        GuardedBuffer target = new GuardedBuffer(arena, sample.bytes().length);

        long storedBytes = encode(sample, source, target.segment());

        target.assertGuardsIntact();
        assertThat(source.asSlice(0, sample.bytes().length).mismatch(MemorySegment.ofArray(sample.bytes())))
                .as("source is left as it was")
                .isEqualTo(-1);
        if (storedBytes != ChunkEncoder.NOT_SMALLER) {
            assertThat(storedBytes).isBetween(1L, sample.bytes().length - 1L);
            assertThat(decode(target.segment(), storedBytes, sample.elementBytes()))
                    .isEqualTo(sample.bytes());
        }
    }

    @ParameterizedTest
    @MethodSource("org.penstock.compression.Sample#all")
    void shouldNotWritePastTargetThatIsTooSmall(Sample sample) {
        MemorySegment source = GuardedBuffer.copyOf(sample.bytes(), arena);
        long storedBytes = encode(sample, source, new GuardedBuffer(arena, sample.bytes().length).segment());
        long enough = storedBytes == ChunkEncoder.NOT_SMALLER ? sample.bytes().length : storedBytes;

        for (long missing = 1; missing <= enough; missing *= 2) {
            GuardedBuffer target = new GuardedBuffer(arena, enough - missing);

            assertThat(encode(sample, source, target.segment())).isEqualTo(ChunkEncoder.NOT_SMALLER);
            target.assertGuardsIntact();
        }
        GuardedBuffer target = new GuardedBuffer(arena, enough);
        assertThat(encode(sample, source, target.segment())).isEqualTo(storedBytes);
        target.assertGuardsIntact();
    }

    @Test
    void shouldReportChunkThatDoesNotShrink() {
        byte[] noise = new byte[100_000];
        new Random(5).nextBytes(noise);
        Sample sample = new Sample("noise", 4, noise);

        assertThat(encode(sample, GuardedBuffer.copyOf(noise, arena), arena.allocate(200_000)))
                .isEqualTo(ChunkEncoder.NOT_SMALLER);
    }

    @Test
    void shouldReportEmptyChunkAsNotSmaller() {
        assertThat(encoder.encode(arena.allocate(8), 0, 4, arena.allocate(8))).isEqualTo(ChunkEncoder.NOT_SMALLER);
    }

    @Test
    void shouldRejectChunkThatIsNotWholeElements() {
        assertThatThrownBy(() -> encoder.encode(arena.allocate(16), 10, 4, arena.allocate(16)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sourceBytes=10")
                .hasMessageContaining("elementBytes=4");
    }

    @Test
    void shouldRejectChunkLongerThanItsSegment() {
        assertThatThrownBy(() -> encoder.encode(arena.allocate(16), 20, 4, arena.allocate(64)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sourceBytes=20")
                .hasMessageContaining("segmentBytes=16");
    }

    @Test
    void shouldRejectElementWithoutBytes() {
        assertThatThrownBy(() -> encoder.encode(arena.allocate(16), 16, 0, arena.allocate(64)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("elementBytes=0");
    }

    @Test
    void shouldCloseTwice() {
        encoder.close();
        encoder.close();
    }

    private long encode(Sample sample, MemorySegment source, MemorySegment target) {
        return encoder.encode(source, sample.bytes().length, sample.elementBytes(), target);
    }
}
