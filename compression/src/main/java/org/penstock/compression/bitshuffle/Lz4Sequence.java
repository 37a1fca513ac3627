package org.penstock.compression.bitshuffle;

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
    /** A length of this or more is continued after its half of the token. */
    private static final int CONTINUED = 15;

    private Lz4Sequence() {}

    /**
     * Puts the token and the literal length.
     *
     * @param matchBytes 0 in the last sequence
     * @return where the literals go
     */
    static int putToken(int literalBytes, int matchBytes, byte[] out, int at) {
        int extra = Math.max(matchBytes - PlaneEncoder.MIN_MATCH, 0);
        out[at++] = (byte) ((Math.min(literalBytes, CONTINUED) << 4) | Math.min(extra, CONTINUED));
        return literalBytes >= CONTINUED ? putLength(literalBytes - CONTINUED, out, at) : at;
    }

    /** Puts the distance and the match length; returns where the next sequence goes. */
    static int putMatch(int distance, int matchBytes, byte[] out, int at) {
        out[at] = (byte) distance;
        out[at + 1] = (byte) (distance >> 8);
        int extra = matchBytes - PlaneEncoder.MIN_MATCH;
        return extra >= CONTINUED ? putLength(extra - CONTINUED, out, at + 2) : at + 2;
    }

    private static int putLength(int rest, byte[] out, int at) {
        for (; rest >= 255; rest -= 255) {
            out[at++] = (byte) 255;
        }
        out[at] = (byte) rest;
        return at + 1;
    }
}
