package org.penstock.compression.bitshuffle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Works on eight bytes at a time; runs everywhere. */
final class ScalarKernels implements Kernels {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ALL_BUT_TOP_BITS = 0x7f7f_7f7f_7f7f_7f7fL;

    private static final long LOW_BITS = 0x0101_0101_0101_0101L;

    /** As a factor, brings bit {@code 8k} to bit {@code 56 + k}, for all k at once. */
    private static final long GATHER_BITS = 0x0102_0408_1020_4080L;

    @Override
    public void splitBytes(MemorySegment source, long sourceOffset, int elements, int elementBytes, byte[] planes) {
        splitBytes(source, sourceOffset, 0, elements, elementBytes, planes);
    }

    /** Takes the elements from {@code first} on apart. */
    static void splitBytes(
            MemorySegment source, long sourceOffset, int first, int elements, int elementBytes, byte[] planes) {
        long from = sourceOffset + (long) first * elementBytes;
        for (int element = first; element < elements; element++) {
            for (int significance = 0; significance < elementBytes; significance++) {
                planes[significance * elements + element] = source.get(ValueLayout.JAVA_BYTE, from++);
            }
        }
    }

    @Override
    public boolean isFlat(byte[] planes, int plane, int planeBytes) {
        long others = 0;
        for (int i = plane; i < plane + planeBytes; i += Long.BYTES) {
            long bytes = (long) LONG.get(planes, i);
            others |= bytes ^ (((bytes >>> 7) & LOW_BITS) * 0xff);
        }
        return others == 0;
    }

    @Override
    public void splitBits(byte[] planes, int plane, int planeBytes, byte[] rows) {
        splitBits(planes, plane, 0, planeBytes, rows);
    }

    @Override
    public void splitFlat(byte[] planes, int plane, int planeBytes, byte[] rows) {
        splitBits(planes, plane, 0, planeBytes, rows);
    }

    /** Takes the bytes of one plane from {@code first} on, a multiple of 8, apart. */
    static void splitBits(byte[] planes, int plane, int first, int planeBytes, byte[] rows) {
        int rowBytes = planeBytes / 8;
        for (int i = first; i < planeBytes; i += 8) {
            long bits = transposeEightByEight((long) LONG.get(planes, plane + i));
            int out = MatchMap.MARGIN + plane + i / 8;
            for (int bit = 0; bit < 8; bit++) {
                rows[out + bit * rowBytes] = (byte) (bits >>> (8 * bit));
            }
        }
    }

    /** Swaps bit {@code 8i + k} with bit {@code 8k + i}: single bits, then pairs, then fours. */
    private static long transposeEightByEight(long bits) {
        long ones = (bits ^ (bits >>> 7)) & 0x00aa_00aa_00aa_00aaL;
        long swapped = bits ^ ones ^ (ones << 7);
        long twos = (swapped ^ (swapped >>> 14)) & 0x0000_cccc_0000_ccccL;
        swapped ^= twos ^ (twos << 14);
        long fours = (swapped ^ (swapped >>> 28)) & 0x0000_0000_f0f0_f0f0L;
        return swapped ^ fours ^ (fours << 28);
    }

    @Override
    public void markEqual(byte[] block, int distance, int firstWord, int lastWord, long[] equal) {
        for (int word = firstWord; word < lastWord; word++) {
            int at = MatchMap.MARGIN + word * Long.SIZE;
            long bits = 0;
            for (int i = 0; i < Long.SIZE; i += Long.BYTES) {
                long difference = (long) LONG.get(block, at + i) ^ (long) LONG.get(block, at + i - distance);
                bits |= zeroBytes(difference) << i;
            }
            equal[word] = bits;
        }
    }

    /** Returns a bit for each byte, set where the byte is zero. */
    private static long zeroBytes(long bytes) {
        long topBits = ~(((bytes & ALL_BUT_TOP_BITS) + ALL_BUT_TOP_BITS) | bytes | ALL_BUT_TOP_BITS);
        return ((topBits >>> 7) * GATHER_BITS) >>> 56;
    }
}
