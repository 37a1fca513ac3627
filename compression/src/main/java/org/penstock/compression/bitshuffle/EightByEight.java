package org.penstock.compression.bitshuffle;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes bits by 8x8 squares inside vectors of 64 bytes, 512 bytes of a plane at a time; a third faster than sign
 * bits taken row by row, which go one by one from mask to general registers.
 *
 * <p><b>Threading:</b> immutable.
 */
final class EightByEight {
    /** What is transposed at a time: a vector for each row. */
    static final int GROUP_BYTES = 512;

    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_512;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
    private static final int LANES = BYTES.length();

    /** Brings byte {@code k} of each long to long {@code k}. */
    private static final VectorShuffle<Byte> BYTES_OF_LONGS =
            VectorShuffle.fromOp(BYTES, lane -> lane % 8 * 8 + lane / 8);

    private static final LongVector EVEN = LongVector.fromArray(LONGS, new long[] {0, 2, 4, 6, 8, 10, 12, 14}, 0);
    private static final LongVector ODD = LongVector.fromArray(LONGS, new long[] {1, 3, 5, 7, 9, 11, 13, 15}, 0);

    private EightByEight() {}

    /**
     * Puts the rows of a plane.
     *
     * @param planes is overwritten
     * @param bytes of the plane, whole groups
     * @param out where the first row begins
     */
    static void splitBits(byte[] planes, int plane, int bytes, byte[] rows, int out, int rowBytes) {
        transposeLongs(planes, plane, plane + bytes);
        dealLongs(planes, plane, plane + bytes, rows, out, rowBytes);
    }

    /** Transposes each eight bytes, then gathers the rows' bytes: long {@code k} of a vector is its part of row k. */
    private static void transposeLongs(byte[] planes, int from, int to) {
        for (int i = from; i < to; i += LANES) {
            LongVector bits = ByteVector.fromArray(BYTES, planes, i).reinterpretAsLongs();
            bits = swap(bits, 7, 0x00aa_00aa_00aa_00aaL);
            bits = swap(bits, 14, 0x0000_cccc_0000_ccccL);
            bits = swap(bits, 28, 0x0000_0000_f0f0_f0f0L);
            bits.reinterpretAsBytes().rearrange(BYTES_OF_LONGS).intoArray(planes, i);
        }
    }

    /** Swaps the bits under the mask with those {@code distance} above. */
    private static LongVector swap(LongVector bits, int distance, long mask) {
        LongVector swapped = bits.lanewise(VectorOperators.XOR, bits.lanewise(VectorOperators.LSHR, distance))
                .and(mask);
        return bits.lanewise(VectorOperators.XOR, swapped)
                .lanewise(VectorOperators.XOR, swapped.lanewise(VectorOperators.LSHL, distance));
    }

    /**
     * Deals the longs of eight vectors out to the eight rows. One loop, since calls in it would cost half the speed.
     */
    private static void dealLongs(byte[] planes, int from, int to, byte[] rows, int firstOut, int rowBytes) {
        int out = firstOut;
        for (int i = from; i < to; i += GROUP_BYTES) {
            LongVector a = load(planes, i, 0);
            LongVector b = load(planes, i, 1);
            LongVector c = load(planes, i, 2);
            LongVector d = load(planes, i, 3);
            LongVector e = load(planes, i, 4);
            LongVector f = load(planes, i, 5);
            LongVector g = load(planes, i, 6);
            LongVector h = load(planes, i, 7);
            LongVector ab = EVEN.selectFrom(a, b);
            LongVector cd = EVEN.selectFrom(c, d);
            LongVector ef = EVEN.selectFrom(e, f);
            LongVector gh = EVEN.selectFrom(g, h);
            LongVector abcd = EVEN.selectFrom(ab, cd);
            LongVector efgh = EVEN.selectFrom(ef, gh);
            store(EVEN.selectFrom(abcd, efgh), rows, out);
            store(ODD.selectFrom(abcd, efgh), rows, out + 4 * rowBytes);
            abcd = ODD.selectFrom(ab, cd);
            efgh = ODD.selectFrom(ef, gh);
            store(EVEN.selectFrom(abcd, efgh), rows, out + 2 * rowBytes);
            store(ODD.selectFrom(abcd, efgh), rows, out + 6 * rowBytes);
            ab = ODD.selectFrom(a, b);
            cd = ODD.selectFrom(c, d);
            ef = ODD.selectFrom(e, f);
            gh = ODD.selectFrom(g, h);
            abcd = EVEN.selectFrom(ab, cd);
            efgh = EVEN.selectFrom(ef, gh);
            store(EVEN.selectFrom(abcd, efgh), rows, out + rowBytes);
            store(ODD.selectFrom(abcd, efgh), rows, out + 5 * rowBytes);
            abcd = ODD.selectFrom(ab, cd);
            efgh = ODD.selectFrom(ef, gh);
            store(EVEN.selectFrom(abcd, efgh), rows, out + 3 * rowBytes);
            store(ODD.selectFrom(abcd, efgh), rows, out + 7 * rowBytes);
            out += LANES;
        }
    }

    private static LongVector load(byte[] planes, int at, int vector) {
        return ByteVector.fromArray(BYTES, planes, at + vector * LANES).reinterpretAsLongs();
    }

    private static void store(LongVector row, byte[] rows, int at) {
        row.reinterpretAsBytes().intoArray(rows, at);
    }
}
