package org.penstock.compression.bitshuffle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Works on vectors of 32 or 64 bytes.
 *
 * <p>No vector is handed to or returned by a method of ours: where the JIT does not inline one (it leaves what it has compiled already and found large), each
 * vector becomes an object, and all takes three times as long.
 *
 * <p><b>Threading:</b> immutable.
 */
final class VectorKernels implements Kernels {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private static final VectorSpecies<Byte> BYTES = species();
    private static final int LANES = BYTES.length();
    private static final ByteVector EVEN = everySecondByte(0);
    private static final ByteVector ODD = everySecondByte(1);

    /** Returns whether vectors are wide enough here to be faster than {@link ScalarKernels}. */
    static boolean isWide() {
        return LANES == 32 || LANES == 64;
    }

    /** AVX-512 came without a shuffle of 64 bytes at first: there the Vector API falls back to Java, ever so slowly. */
    private static VectorSpecies<Byte> species() {
        VectorSpecies<Byte> preferred = ByteVector.SPECIES_PREFERRED;
        return preferred.length() == 64 && !Processor.hasFlag("avx512vbmi") ? ByteVector.SPECIES_256 : preferred;
    }

    private static ByteVector everySecondByte(int first) {
        byte[] indices = new byte[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            indices[lane] = (byte) (2 * lane + first);
        }
        return ByteVector.fromArray(BYTES, indices, 0);
    }

    @Override
    public void splitBytes(MemorySegment source, long sourceOffset, int elements, int elementBytes, byte[] planes) {
        int done = elements - elements % LANES;
        switch (elementBytes) {
            case 1 -> MemorySegment.copy(source, ValueLayout.JAVA_BYTE, sourceOffset, planes, 0, done);
            case 2 -> splitTwos(source, sourceOffset, done, elements, planes);
            case 4 -> splitFours(source, sourceOffset, done, elements, planes);
            case 8 -> splitEights(source, sourceOffset, done, elements, planes);
            default -> done = 0;
        }
        ScalarKernels.splitBytes(source, sourceOffset, done, elements, elementBytes, planes);
    }

    private static void splitTwos(MemorySegment source, long from, int elements, int planeBytes, byte[] planes) {
        for (int i = 0; i < elements; i += LANES) {
            long at = from + 2L * i;
            ByteVector a = ByteVector.fromMemorySegment(BYTES, source, at, ORDER);
            ByteVector b = ByteVector.fromMemorySegment(BYTES, source, at + LANES, ORDER);
            EVEN.selectFrom(a, b).intoArray(planes, i);
            ODD.selectFrom(a, b).intoArray(planes, planeBytes + i);
        }
    }

    private static void splitFours(MemorySegment source, long from, int elements, int planeBytes, byte[] planes) {
        for (int i = 0; i < elements; i += LANES) {
            long at = from + 4L * i;
            ByteVector a = ByteVector.fromMemorySegment(BYTES, source, at, ORDER);
            ByteVector b = ByteVector.fromMemorySegment(BYTES, source, at + LANES, ORDER);
            ByteVector c = ByteVector.fromMemorySegment(BYTES, source, at + 2L * LANES, ORDER);
            ByteVector d = ByteVector.fromMemorySegment(BYTES, source, at + 3L * LANES, ORDER);
            ByteVector ab = EVEN.selectFrom(a, b);
            ByteVector cd = EVEN.selectFrom(c, d);
            EVEN.selectFrom(ab, cd).intoArray(planes, i);
            ODD.selectFrom(ab, cd).intoArray(planes, 2 * planeBytes + i);
            ab = ODD.selectFrom(a, b);
            cd = ODD.selectFrom(c, d);
            EVEN.selectFrom(ab, cd).intoArray(planes, planeBytes + i);
            ODD.selectFrom(ab, cd).intoArray(planes, 3 * planeBytes + i);
        }
    }

    /** Takes the even bytes of the elements apart as if they were elements of four bytes, then the odd ones. */
    private static void splitEights(MemorySegment source, long from, int elements, int planeBytes, byte[] planes) {
        splitEveryOther(EVEN, source, from, elements, planeBytes, planes, 0);
        splitEveryOther(ODD, source, from, elements, planeBytes, planes, planeBytes);
    }

    private static void splitEveryOther(
            ByteVector parity,
            MemorySegment source,
            long from,
            int elements,
            int planeBytes,
            byte[] planes,
            int plane) {
        for (int i = 0; i < elements; i += LANES) {
            long at = from + 8L * i;
            ByteVector ab = parity.selectFrom(
                    ByteVector.fromMemorySegment(BYTES, source, at, ORDER),
                    ByteVector.fromMemorySegment(BYTES, source, at + LANES, ORDER));
            ByteVector cd = parity.selectFrom(
                    ByteVector.fromMemorySegment(BYTES, source, at + 2L * LANES, ORDER),
                    ByteVector.fromMemorySegment(BYTES, source, at + 3L * LANES, ORDER));
            ByteVector ef = parity.selectFrom(
                    ByteVector.fromMemorySegment(BYTES, source, at + 4L * LANES, ORDER),
                    ByteVector.fromMemorySegment(BYTES, source, at + 5L * LANES, ORDER));
            ByteVector gh = parity.selectFrom(
                    ByteVector.fromMemorySegment(BYTES, source, at + 6L * LANES, ORDER),
                    ByteVector.fromMemorySegment(BYTES, source, at + 7L * LANES, ORDER));
            ByteVector abcd = EVEN.selectFrom(ab, cd);
            ByteVector efgh = EVEN.selectFrom(ef, gh);
            EVEN.selectFrom(abcd, efgh).intoArray(planes, plane + i);
            ODD.selectFrom(abcd, efgh).intoArray(planes, plane + 4 * planeBytes + i);
            abcd = ODD.selectFrom(ab, cd);
            efgh = ODD.selectFrom(ef, gh);
            EVEN.selectFrom(abcd, efgh).intoArray(planes, plane + 2 * planeBytes + i);
            ODD.selectFrom(abcd, efgh).intoArray(planes, plane + 6 * planeBytes + i);
        }
    }

    @Override
    public boolean isFlat(byte[] planes, int plane, int planeBytes) {
        // a byte more is 0 or 1 then
        ByteVector increased = ByteVector.zero(BYTES);
        for (int i = plane; i < plane + planeBytes; i += LANES) {
            increased = increased.or(ByteVector.fromArray(BYTES, planes, i).add((byte) 1));
        }
        return !increased.and((byte) 0xfe).compare(VectorOperators.NE, (byte) 0).anyTrue();
    }

    @Override
    public void splitFlat(byte[] planes, int plane, int planeBytes, byte[] rows) {
        int rowBytes = planeBytes / 8;
        int row = MatchMap.MARGIN + plane;
        for (int i = 0; i < planeBytes; i += LANES) {
            putRow(
                    ByteVector.fromArray(BYTES, planes, plane + i)
                            .compare(VectorOperators.LT, (byte) 0)
                            .toLong(),
                    rows,
                    row + i / 8);
        }
        for (int i = row; i < row + rowBytes; i += LANES) {
            ByteVector bits = ByteVector.fromArray(BYTES, rows, i);
            bits.intoArray(rows, i + rowBytes);
            bits.intoArray(rows, i + 2 * rowBytes);
            bits.intoArray(rows, i + 3 * rowBytes);
            bits.intoArray(rows, i + 4 * rowBytes);
            bits.intoArray(rows, i + 5 * rowBytes);
            bits.intoArray(rows, i + 6 * rowBytes);
            bits.intoArray(rows, i + 7 * rowBytes);
        }
    }

    @Override
    public void splitBits(byte[] planes, int plane, int planeBytes, byte[] rows) {
        int rowBytes = planeBytes / 8;
        int squares = LANES == Long.SIZE ? planeBytes - planeBytes % EightByEight.GROUP_BYTES : 0;
        int vectors = planeBytes - planeBytes % LANES;
        EightByEight.splitBits(planes, plane, squares, rows, MatchMap.MARGIN + plane, rowBytes);
        splitSigns(planes, plane, squares, vectors, rowBytes, rows);
        ScalarKernels.splitBits(planes, plane, vectors, planeBytes, rows);
    }

    /** A row's bits are the sign bits of the bytes, which are shifted left once for each row. */
    private static void splitSigns(byte[] planes, int plane, int from, int to, int rowBytes, byte[] rows) {
        for (int i = from; i < to; i += LANES) {
            ByteVector shifted = ByteVector.fromArray(BYTES, planes, plane + i);
            int out = MatchMap.MARGIN + plane + i / 8;
            for (int bit = 7; bit >= 0; bit--) {
                putRow(shifted.compare(VectorOperators.LT, (byte) 0).toLong(), rows, out + bit * rowBytes);
                shifted = shifted.add(shifted);
            }
        }
    }

    private static void putRow(long bits, byte[] rows, int at) {
        if (LANES == Long.SIZE) {
            LONG.set(rows, at, bits);
        } else {
            INT.set(rows, at, (int) bits);
        }
    }

    @Override
    public void markEqual(byte[] block, int distance, int firstWord, int lastWord, long[] equal) {
        for (int word = firstWord; word < lastWord; word++) {
            int at = MatchMap.MARGIN + word * Long.SIZE;
            long bits = 0;
            for (int i = 0; i < Long.SIZE; i += LANES) {
                ByteVector here = ByteVector.fromArray(BYTES, block, at + i);
                ByteVector before = ByteVector.fromArray(BYTES, block, at + i - distance);
                bits |= here.compare(VectorOperators.EQ, before).toLong() << i;
            }
            equal[word] = bits;
        }
    }
}
