package org.penstock.compression.bitshuffle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The parts of an LZ4 sequence, in their order:
 *
 * <pre>
 * token | more literal length | literals | distance u16 LE | more match length
 * </pre>
 *
 * <p>The last sequence of a block ends with its literals.
 */
final class Lz4Sequence {
    /** The longest distance that fits its two bytes. */
    static final int MAX_DISTANCE = 65535;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** What the match length counts from. */
    private static final int MIN_MATCH = 4;

    /** A length of this or more is continued after its half of the token. */
    private static final int CONTINUED = 15;

    /** Literals are copied by that many bytes at least, whatever their number. */
    private static final int COPIED_AT_ONCE = 4 * Long.BYTES;

    private Lz4Sequence() {}

    /** Returns how long the array for a block has to be: {@code LZ4_COMPRESSBOUND}, and what copies may overshoot. */
    static int outputBytes(int blockBytes) {
        return blockBytes + blockBytes / 255 + 16 + COPIED_AT_ONCE;
    }

    /** Puts literals {@code from} to {@code to} of the block array, and a match; returns where the next sequence goes. */
    static int put(byte[] block, int from, int to, int distance, int matchBytes, byte[] out, int at) {
        int extra = matchBytes - MIN_MATCH;
        int next = putLiterals(block, from, to, Math.min(extra, CONTINUED), out, at);
        out[next] = (byte) distance;
        out[next + 1] = (byte) (distance >> 8);
        return putLength(extra - CONTINUED, out, next + 2);
    }

    /** Puts the last sequence; returns the end of the block. */
    static int putLast(byte[] block, int from, int to, byte[] out, int at) {
        return putLiterals(block, from, to, 0, out, at);
    }

    private static int putLiterals(byte[] block, int from, int to, int tokenMatch, byte[] out, int at) {
        int bytes = to - from;
        out[at] = (byte) ((Math.min(bytes, CONTINUED) << 4) | tokenMatch);
        int next = putLength(bytes - CONTINUED, out, at + 1);
        for (int i = 0; i < COPIED_AT_ONCE; i += Long.BYTES) {
            LONG.set(out, next + i, (long) LONG.get(block, from + i));
        }
        if (bytes > COPIED_AT_ONCE) {
            System.arraycopy(block, from, out, next, bytes);
        }
        return next + bytes;
    }

    /** Puts what a length has beyond its half of the token; nothing when it is negative, but a byte may be overwritten. */
    private static int putLength(int rest, byte[] out, int at) {
        out[at] = (byte) rest;
        return rest < 255 ? at + 1 + (rest >> 31) : putLongLength(rest, out, at);
    }

    private static int putLongLength(int rest, byte[] out, int at) {
        int full = rest / 255;
        Arrays.fill(out, at, at + full, (byte) 255);
        out[at + full] = (byte) (rest % 255);
        return at + full + 1;
    }
}
