package org.penstock.compression.bitshuffle;

import java.util.Arrays;

/**
 * Where in a block matches of the two distances are, a bit for each byte.
 *
 * <p>All searching is done here, on words of 64 bytes' bits, so that the encoder never compares bytes. LZ4's end rules
 * are built in: no match reaches into the last 5 bytes.
 *
 * <p><b>Threading:</b> confined to its encoder's thread.
 */
final class MatchMap {
    /** Where a block begins in its array; before it, and behind it, this many bytes of any content can be read. */
    static final int MARGIN = 64;

    /** A match of LZ4's minimum of 4 bytes saves one byte and costs as much time as a long one. */
    static final int MIN_MATCH = 5;

    private static final int LAST_LITERALS = 5;

    private final Kernels kernels;
    private int words;
    private long[] run = new long[0];
    private long[] below = new long[0];

    MatchMap(Kernels kernels) {
        this.kernels = kernels;
    }

    /**
     * Marks a block, which begins at {@link #MARGIN}.
     *
     * @param flatPlanes a bit for each plane of eight rows that are the same; only where rows are whole words
     */
    void mark(byte[] block, int blockBytes, int rowBytes, long flatPlanes) {
        words = (blockBytes + Long.SIZE - 1) / Long.SIZE;
        if (run.length < words + 2) {
            run = new long[words + 2];
            below = new long[words + 2];
        }
        if (flatPlanes == 0) {
            markEqual(block, 1, run);
            markEqual(block, rowBytes, below);
        } else {
            markPlanes(block, rowBytes, flatPlanes);
        }
        cut(Math.max(blockBytes - LAST_LITERALS, 0));
    }

    /**
     * Marks plane by plane. Of a flat one only the first row is compared: seven rows that equal those below are one match,
     * whatever runs are in them.
     */
    private void markPlanes(byte[] block, int rowBytes, long flatPlanes) {
        int rowWords = rowBytes / Long.SIZE;
        int next;
        for (int word = 0; word < words; word = next) {
            next = word + 8 * rowWords;
            boolean isFlat = (flatPlanes >>> (word / (8 * rowWords)) & 1) != 0;
            int compared = isFlat ? word + rowWords : next;
            kernels.markEqual(block, 1, word, compared, run);
            kernels.markEqual(block, rowBytes, Math.max(word, rowWords), compared, below);
            if (isFlat) {
                Arrays.fill(run, compared, next, 0);
                Arrays.fill(below, compared, next, -1);
            }
        }
        run[0] &= -2;
        Arrays.fill(below, 0, rowWords, 0);
    }

    private void markEqual(byte[] block, int distance, long[] equal) {
        int first = Math.min(distance / Long.SIZE, words);
        Arrays.fill(equal, 0, first, 0);
        kernels.markEqual(block, distance, first, words, equal);
        equal[first] &= -1L << distance;
    }

    /** Clears the bits from {@code end} on, up to a word behind the block: every search ends there. */
    private void cut(int end) {
        int word = end / Long.SIZE;
        long kept = (1L << end) - 1;
        run[word] &= kept;
        below[word] &= kept;
        Arrays.fill(run, word + 1, words + 2, 0);
        Arrays.fill(below, word + 1, words + 2, 0);
    }

    /** Returns the first position from {@code at} on, before {@code end}, where a match starts; {@code end} for none. */
    int nextStart(int at, int end) {
        for (int from = at; from < end; from += Long.SIZE - (MIN_MATCH - 1)) {
            long starts = fives(window(run, from)) | fives(window(below, from));
            if (starts != 0) {
                return Math.min(from + Long.numberOfTrailingZeros(starts), end);
            }
        }
        return end;
    }

    /** Returns the bits at which {@link #MIN_MATCH} set bits begin. */
    private static long fives(long bits) {
        long pairs = bits & (bits >>> 1);
        long fours = pairs & (pairs >>> 2);
        return fours & (bits >>> 4);
    }

    /** Returns the 64 bits from {@code at} on. */
    private static long window(long[] bits, int at) {
        int word = at >>> 6;
        return (bits[word] >>> at) | ((bits[word + 1] << 1) << ~at);
    }

    /** Returns how many bytes from {@code at} on equal the byte before them. */
    int runBytes(int at) {
        return setBits(run, at);
    }

    /** Returns how many bytes from {@code at} on equal the byte a row before them. */
    int belowBytes(int at) {
        return setBits(below, at);
    }

    private static int setBits(long[] bits, int at) {
        long clear = ~window(bits, at);
        return clear == 0 ? Long.SIZE + setBitsFrom(bits, at + Long.SIZE) : Long.numberOfTrailingZeros(clear);
    }

    private static int setBitsFrom(long[] bits, int at) {
        int word = at >>> 6;
        long clear = ~bits[word] & (-1L << at);
        while (clear == 0) {
            clear = ~bits[++word];
        }
        return word * Long.SIZE + Long.numberOfTrailingZeros(clear) - at;
    }
}
