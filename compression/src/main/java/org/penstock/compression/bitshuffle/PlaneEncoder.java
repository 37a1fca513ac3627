package org.penstock.compression.bitshuffle;

/**
 * Writes bit-transposed blocks as LZ4 blocks.
 *
 * <p>Two match distances are looked at: 1 (a run of one byte) and {@code rowBytes} (the row below). The rule that all
 * implementations share, so that they write the same bytes: from the end of the last match on, the first position at
 * which four bytes match at either distance starts the next match; the longer of the two is taken, the run when they
 * are equal. LZ4's end rules bound both: a match starts at the latest 12 bytes before the end ({@link #MATCH_MARGIN}),
 * and the last 5 bytes are literals.
 *
 * <p><b>Threading:</b> confined to its encoder's thread.
 */
interface PlaneEncoder {
    /** LZ4's shortest match. */
    int MIN_MATCH = 4;

    /** A match starts before this many bytes from the end. */
    int MATCH_MARGIN = 12;

    /** That many bytes at the end are always literals. */
    int LAST_LITERALS = 5;

    /** Bytes by which the block and the output may be read or written past their contents. */
    int SLACK = 128;

    /**
     * Encodes a block.
     *
     * @param block the block, followed by at least {@link #SLACK} bytes of any content
     * @param blockBytes bytes of the block
     * @param rowBytes bytes of one of its rows
     * @param out at least {@link #outputBytes} long
     * @return bytes written
     */
    int encode(byte[] block, int blockBytes, int rowBytes, byte[] out);

    /** Returns how long the output array of a block has to be: LZ4's bound and the slack. */
    static int outputBytes(int blockBytes) {
        return blockBytes + blockBytes / 255 + 16 + SLACK;
    }
}
