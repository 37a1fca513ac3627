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
    private final ReadAhead readAhead;

    PlaneEncoder(Kernels kernels, ReadAhead readAhead) {
        matches = new MatchMap(kernels);
        this.readAhead = readAhead;
    }

    /**
     * Encodes a block.
     *
     * @param block the block from {@link MatchMap#MARGIN} on, and as much room again behind it
     * @param rowBytes bytes of one of its rows
     * @param flatPlanes as {@link MatchMap#mark} takes them
     * @param firstOut where in {@code out} the LZ4 block begins
     * @param out has {@link Lz4Sequence#outputBytes} of room from there on
     * @return where the LZ4 block ends
     */
    int encode(byte[] block, int blockBytes, int rowBytes, long flatPlanes, byte[] out, int firstOut) {
        matches.mark(block, blockBytes, rowBytes, flatPlanes);
        int lastStart = blockBytes - MATCH_MARGIN;
        // conditions are 0 or 1, for branches on them would be mispredicted with every other match
        int reusable = blockBytes <= Lz4Sequence.MAX_DISTANCE ? 1 : 0;
        int longestStart = 0;
        int longestBytes = 0;
        int written = firstOut;
        int anchor = 0;
        int start = matches.nextStart(0, lastStart);
        while (start < lastStart) {
            readAhead.step();
            int runBytes = matches.runBytes(start);
            int belowBytes = matches.belowBytes(start);
            int isRun = isLess(belowBytes, runBytes + 1);
            int isShorter = isLess(runBytes, longestBytes);
            int sameByte = isLess((block[MARGIN + longestStart] ^ block[MARGIN + start]) & 0xff, 1);
            int reused = reusable & isRun & isShorter & sameByte & isLess(anchor, start);
            start -= reused;
            int matchBytes = Math.max(runBytes, belowBytes) + reused;
            int distance = select(reused, start - longestStart, select(isRun, 1, rowBytes));
            int isLongest = isRun & (isShorter ^ 1);
            longestStart = select(isLongest, start - 1, longestStart);
            longestBytes = select(isLongest, runBytes + 1, longestBytes);
            written = Lz4Sequence.put(block, MARGIN + anchor, MARGIN + start, distance, matchBytes, out, written);
            anchor = start + matchBytes;
            start = matches.nextStart(anchor, lastStart);
        }
        return Lz4Sequence.putLast(block, MARGIN + anchor, MARGIN + blockBytes, out, written);
    }

    private static int isLess(int a, int b) {
        return (a - b) >>> 31;
    }

    private static int select(int condition, int whenOne, int whenZero) {
        return whenZero ^ ((whenZero ^ whenOne) & -condition);
    }
}
