package org.penstock.compression.bitshuffle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.penstock.compression.CBitshuffle;
import org.penstock.compression.Sample;

class BitshuffleEncoderTest {
    private static final Optional<CBitshuffle> C_FILTER = CBitshuffle.find();

    private final BitshuffleEncoder scalar = new BitshuffleEncoder(new ScalarKernels());
    private final BitshuffleEncoder vector = new BitshuffleEncoder(new VectorKernels());

    @ParameterizedTest
    @MethodSource("org.penstock.compression.Sample#all")
    void shouldWriteTheSameBytesWithScalarAndVectorKernels(Sample sample) {
        try (Arena arena = Arena.ofConfined()) {
            compare(sample, arena);
        }
    }

    /** What {@code bshuf_default_block_size} of bitshuffle 0.3 says. */
    @ParameterizedTest
    @CsvSource({"1, 8192", "2, 4096", "3, 2728", "4, 2048", "8, 1024", "16, 512", "33, 248", "64, 128", "100, 128"})
    void shouldCutBlocksAsTheCFilterDoes(int elementBytes, int blockElements) {
        assertThat(BitshuffleEncoder.blockElements(elementBytes)).isEqualTo(blockElements);
    }

    @Test
    void shouldWriteTheSameBytesForRandomChunks() {
        Random random = new Random(2024);
        for (int round = 0; round < 2000; round++) {
            try (Arena arena = Arena.ofConfined()) {
                int elementBytes = random.nextInt(4) == 0 ? 1 + random.nextInt(20) : 1 << random.nextInt(4);
                byte[] chunk = new byte[elementBytes * random.nextInt(20_000 / elementBytes)];
                fill(chunk, elementBytes, random);
                Sample sample = new Sample("round " + round, elementBytes, chunk);

                long storedBytes = compare(sample, arena);

                if (storedBytes != -1 && C_FILTER.isPresent()) {
                    MemorySegment target = arena.allocate(chunk.length);
                    vector.encode(segment(chunk, arena), chunk.length, elementBytes, target);
                    assertThat(C_FILTER.get().decode(target, storedBytes, elementBytes))
                            .as(sample.toString())
                            .isEqualTo(chunk);
                }
            }
        }
        assumeTrue(C_FILTER.isPresent(), CBitshuffle.MISSING);
    }

    private static void fill(byte[] chunk, int elementBytes, Random random) {
        int highest = 1 << random.nextInt(9);
        int stray = 1 + random.nextInt(400);
        for (int at = 0; at < chunk.length; at += elementBytes) {
            chunk[at] = (byte) random.nextInt(highest);
            if (random.nextInt(stray) == 0) {
                chunk[at + random.nextInt(elementBytes)] = (byte) random.nextInt();
            }
        }
    }

    private long compare(Sample sample, Arena arena) {
        MemorySegment source = segment(sample.bytes(), arena);
        MemorySegment expected = arena.allocate(Math.max(sample.bytes().length, 1));
        MemorySegment target = arena.allocate(Math.max(sample.bytes().length, 1));

        long expectedBytes = scalar.encode(source, sample.bytes().length, sample.elementBytes(), expected);
        long storedBytes = vector.encode(source, sample.bytes().length, sample.elementBytes(), target);

        assertThat(storedBytes).as(sample.toString()).isEqualTo(expectedBytes);
        if (storedBytes > 0) {
            assertThat(target.asSlice(0, storedBytes).mismatch(expected.asSlice(0, storedBytes)))
                    .as(sample.toString())
                    .isEqualTo(-1);
        }
        return storedBytes;
    }

    private static MemorySegment segment(byte[] bytes, Arena arena) {
        MemorySegment segment = arena.allocate(Math.max(bytes.length, 1));
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return segment;
    }
}
