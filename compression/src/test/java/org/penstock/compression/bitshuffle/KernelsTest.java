package org.penstock.compression.bitshuffle;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kernel against the sentence that defines it, bit by bit. */
class KernelsTest {
    private static final int[] ELEMENT_BYTES = {1, 2, 3, 4, 7, 8, 16};
    private static final int[] ELEMENTS = {8, 16, 24, 56, 64, 72, 120, 128, 256, 1000, 1024};

    private final Random random = new Random(3);

    static Stream<Kernels> kernels() {
        return Stream.of(new ScalarKernels(), new VectorKernels());
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void shouldSplitElementsIntoBytes(Kernels kernels) {
        try (Arena arena = Arena.ofConfined()) {
            for (int elementBytes : ELEMENT_BYTES) {
                for (int elements : ELEMENTS) {
                    byte[] source = bytes(elements * elementBytes);
                    byte[] planes = new byte[source.length];
                    MemorySegment segment = arena.allocate(source.length + 3);
                    MemorySegment.copy(source, 0, segment, ValueLayout.JAVA_BYTE, 3, source.length);

                    kernels.splitBytes(segment, 3, elements, elementBytes, planes);

                    for (int i = 0; i < source.length; i++) {
                        assertThat(planes[i % elementBytes * elements + i / elementBytes])
                                .isEqualTo(source[i]);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void shouldSplitBytesIntoBits(Kernels kernels) {
        for (int planeCount : ELEMENT_BYTES) {
            for (int planeBytes : ELEMENTS) {
                byte[] planes = bytes(planeCount * planeBytes);
                byte[] rows = new byte[planes.length + 2 * MatchMap.MARGIN];

                byte[] overwritten = planes.clone();
                for (int plane = 0; plane < planes.length; plane += planeBytes) {
                    kernels.splitBits(overwritten, plane, planeBytes, rows);
                }

                assertThat(rows).startsWith(new byte[MatchMap.MARGIN]).endsWith(new byte[MatchMap.MARGIN]);
                for (int bit = 0; bit < 8 * planes.length; bit++) {
                    int row = bit / planeBytes;
                    int column = bit % planeBytes;
                    int expected = (planes[row / 8 * planeBytes + column] >> (row % 8)) & 1;
                    int at = MatchMap.MARGIN + row * (planeBytes / 8) + column / 8;
                    assertThat((rows[at] >> (column % 8)) & 1).isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void shouldSplitFlatPlanesAsAnyOther(Kernels kernels) {
        for (int planeBytes : new int[] {512, 1024, 4096, 8192}) {
            byte[] planes = new byte[3 * planeBytes];
            for (int i = 0; i < planes.length; i++) {
                planes[i] = (byte) -random.nextInt(2);
            }
            byte[] rows = new byte[planes.length + 2 * MatchMap.MARGIN];
            byte[] expected = rows.clone();

            kernels.splitFlat(planes.clone(), planeBytes, planeBytes, rows);

            new ScalarKernels().splitBits(planes.clone(), planeBytes, planeBytes, expected);
            assertThat(rows).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void shouldSeeEveryByteThatMakesAPlaneNotFlat(Kernels kernels) {
        byte[] planes = new byte[1024];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = (byte) -random.nextInt(2);
        }
        assertThat(kernels.isFlat(planes, 512, 512)).isTrue();
        for (int value = 1; value < 255; value++) {
            byte[] other = planes.clone();
            other[512 + 2 * value] = (byte) value;
            assertThat(kernels.isFlat(other, 512, 512)).as("%d", value).isFalse();
            assertThat(kernels.isFlat(other, 0, 512)).isTrue();
        }
        for (int at = 512; at < 1024; at++) {
            byte[] other = planes.clone();
            other[at] = 127;
            assertThat(kernels.isFlat(other, 512, 512)).as("at %d", at).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void shouldMarkEqualBytes(Kernels kernels) {
        for (int distance : new int[] {1, 2, 8, 63, 64, 65, 512}) {
            byte[] block = bytes(1024 + 2 * MatchMap.MARGIN);
            long[] equal = new long[16];

            kernels.markEqual(block, distance, distance / 64, 16, equal);

            for (int i = distance; i < 1024; i++) {
                boolean expected = block[MatchMap.MARGIN + i] == block[MatchMap.MARGIN + i - distance];
                assertThat((equal[i / 64] >>> i) & 1).isEqualTo(expected ? 1 : 0);
            }
        }
    }

    /** Stretches of one value, of all bits or none, and of noise: all paths of the kernels. */
    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        for (int at = 0; at < count; at += 1 + random.nextInt(300)) {
            int end = Math.min(count, at + random.nextInt(200));
            int kind = random.nextInt(3);
            for (int i = at; i < end; i++) {
                bytes[i] = (byte) (kind == 0 ? 0 : kind == 1 ? -random.nextInt(2) : 5);
            }
        }
        return bytes;
    }
}
