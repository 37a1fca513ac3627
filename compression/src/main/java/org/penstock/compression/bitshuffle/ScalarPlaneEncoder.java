package org.penstock.compression.bitshuffle;

/** Looks at one position after the other. */
final class ScalarPlaneEncoder implements PlaneEncoder {
    @Override
    public int encode(byte[] block, int blockBytes, int rowBytes, byte[] out) {
        int written = 0;
        int anchor = 0;
        int lastStart = blockBytes - MATCH_MARGIN;
        int lastEnd = blockBytes - LAST_LITERALS;
        for (int at = 1; at < lastStart; at++) {
            int runBytes = matchBytes(block, at, lastEnd, 1);
            int rowMatchBytes = at >= rowBytes ? matchBytes(block, at, lastEnd, rowBytes) : 0;
            int bytes = Math.max(runBytes, rowMatchBytes);
            if (bytes >= MIN_MATCH) {
                int distance = runBytes >= rowMatchBytes ? 1 : rowBytes;
                written = putLiterals(block, anchor, at - anchor, bytes, out, written);
                written = Lz4Sequence.putMatch(distance, bytes, out, written);
                anchor = at + bytes;
                at = anchor - 1;
            }
        }
        return putLiterals(block, anchor, blockBytes - anchor, 0, out, written);
    }

    private static int matchBytes(byte[] block, int at, int end, int distance) {
        int i = at;
        while (i < end && block[i] == block[i - distance]) {
            i++;
        }
        return i - at;
    }

    private static int putLiterals(byte[] block, int from, int bytes, int matchBytes, byte[] out, int at) {
        int literals = Lz4Sequence.putToken(bytes, matchBytes, out, at);
        System.arraycopy(block, from, out, literals, bytes);
        return literals + bytes;
    }
}
