package org.penstock.compression.bitshuffle;

/**
 * Writes bit-transposed blocks as LZ4 blocks, which every LZ4 decoder reads.
 *
 * <p>In detector data most bit rows are runs (no counts that high; masked gaps) or equal the row below (sign and mask
 * patterns repeat through the rows). So matches are looked for at two distances only, 1 and one row, and no hash table is
 * kept. What else compresses is a short run after a stray bit: it starts a byte earlier when it is taken from the longest
 * run so far.
 *
 * <p>The bytes written depend on the block alone, not on the machine.
 *
 * <p><b>Threading:</b> confined to its encoder's thread.
 */
final class PlaneEncoder {
    /** LZ4's end rule: a match starts at the latest this many bytes before the end. */
    private static final int MATCH_MARGIN = 12;

    private static final int MARGIN = MatchMap.MARGIN;

    private final MatchMap matches;

    PlaneEncoder(Kernels kernels) {
        matches = new MatchMap(kernels);
    }

    /**
     * Encodes a block.
     *
     * @param block the block from {@link MatchMap#MARGIN} on, and as much room again behind it
     * @param rowBytes bytes of one of its rows
     * @param out at least {@link Lz4Sequence#outputBytes} long
     * @return bytes written
     */
    int encode(byte[] block, int blockBytes, int rowBytes, byte[] out) {
        matches.mark(block, blockBytes, rowBytes);
        int longestStart = 0;
        int longestBytes = 0;
        int written = 0;
        int anchor = 0;
        int start = matches.nextStart(0);
        while (start < blockBytes - MATCH_MARGIN) {
            int runBytes = matches.runBytes(start);
            int matchBytes = matches.belowBytes(start);
            int distance = rowBytes;
            if (runBytes >= matchBytes) {
                matchBytes = runBytes;
                distance = 1;
                if (runBytes >= longestBytes) {
                    longestStart = start - 1;
                    longestBytes = runBytes + 1;
                } else if (start > anchor
                        && block[MARGIN + longestStart] == block[MARGIN + start]
                        && start - longestStart <= Lz4Sequence.MAX_DISTANCE) {
                    start--;
                    matchBytes++;
                    distance = start - longestStart;
                }
            }
            written = Lz4Sequence.put(block, MARGIN + anchor, MARGIN + start, distance, matchBytes, out, written);
            anchor = start + matchBytes;
            start = matches.nextStart(anchor);
        }
        return Lz4Sequence.putLast(block, MARGIN + anchor, MARGIN + blockBytes, out, written);
    }
}
