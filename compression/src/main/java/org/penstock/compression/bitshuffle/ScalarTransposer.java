package org.penstock.compression.bitshuffle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Transposes eight bytes at a time, for every element size. */
final class ScalarTransposer implements BitTransposer {
    @Override
    public void transpose(MemorySegment source, long sourceOffset, int elements, int elementBytes, byte[] rows) {
        transpose(source, sourceOffset, 0, elements, elementBytes, rows);
    }

    /** Transposes the elements from {@code firstElement}, a multiple of 8, to {@code elements}. */
    static void transpose(
            MemorySegment source, long sourceOffset, int firstElement, int elements, int elementBytes, byte[] rows) {
        int rowBytes = elements / 8;
        for (int column = firstElement / 8; column < rowBytes; column++) {
            long group = sourceOffset + 8L * column * elementBytes;
            for (int significance = 0; significance < elementBytes; significance++) {
                long bits = transposeEightByEight(gather(source, group + significance, elementBytes));
                int out = 8 * significance * rowBytes + column;
                for (int bit = 0; bit < 8; bit++) {
                    rows[out + bit * rowBytes] = (byte) (bits >>> (8 * bit));
                }
            }
        }
    }

    private static long gather(MemorySegment source, long offset, int stride) {
        long bytes = 0;
        for (int element = 0; element < 8; element++) {
            bytes |= (source.get(ValueLayout.JAVA_BYTE, offset + (long) element * stride) & 0xffL) << (8 * element);
        }
        return bytes;
    }

    /** Swaps bit {@code 8i + k} with bit {@code 8k + i}: single bits, then pairs, then fours. */
    static long transposeEightByEight(long bits) {
        long swapped = (bits ^ (bits >>> 7)) & 0x00aa_00aa_00aa_00aaL;
        bits ^= swapped ^ (swapped << 7);
        swapped = (bits ^ (bits >>> 14)) & 0x0000_cccc_0000_ccccL;
        bits ^= swapped ^ (swapped << 14);
        swapped = (bits ^ (bits >>> 28)) & 0x0000_0000_f0f0_f0f0L;
        return bits ^ swapped ^ (swapped << 28);
    }
}
