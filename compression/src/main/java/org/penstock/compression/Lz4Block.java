package org.penstock.compression;

/** Goes through an LZ4 block as {@code LZ4_decompress_safe} does, but writes nothing: from one sequence to the next. */
final class Lz4Block {
    private static final int MIN_MATCH = 4;

    /** A length of this is continued in the bytes that follow. */
    private static final int CONTINUED = 15;

    // the decoder's end rules: whatever ends nearer to the end than this must be the last sequence
    private static final int MFLIMIT = 12;
    private static final int LAST_LITERALS = 5;
    private static final int SHORTEST_REST = 2 + 1 + LAST_LITERALS;

    private Lz4Block() {}

    /** Refuses a block that does not decode to {@code blockBytes}. */
    static void check(Payload payload, long from, long to, long blockBytes) {
        long in = from;
        long out = 0;
        while (in < to) {
            long sequence = in;
            int token = payload.u8(in++);
            long literals = (long) token >>> 4;
            if (literals == CONTINUED) {
                int more;
                do {
                    payload.require(1, in, to, "LZ4 literal length");
                    more = payload.u8(in++);
                    literals += more;
                } while (more == 255);
            }
            payload.require(literals, in, to, "LZ4 literals");
            in += literals;
            out += literals;
            if (in == to) {
                payload.expect("decoded bytes of LZ4 block", from, blockBytes, out);
                return;
            }
            if (out > blockBytes - MFLIMIT || in > to - SHORTEST_REST) {
                throw payload.refused("LZ4 match near the end of its block", sequence, blockBytes + " bytes", out);
            }
            int distance = payload.u16LittleEndian(in);
            in += 2;
            if (distance == 0 || distance > out) {
                throw payload.refused("LZ4 distance", sequence, "1 to " + out, distance);
            }
            long match = (long) (token & CONTINUED) + MIN_MATCH;
            if (match == CONTINUED + MIN_MATCH) {
                int more;
                do {
                    payload.require(1, in, to, "LZ4 match length");
                    more = payload.u8(in++);
                    match += more;
                } while (more == 255);
            }
            out += match;
            if (out > blockBytes - LAST_LITERALS) {
                throw payload.refused("LZ4 match over the end of its block", sequence, blockBytes + " bytes", out);
            }
        }
        throw payload.refused("LZ4 block without its last literals", from, blockBytes + " bytes", out);
    }
}
