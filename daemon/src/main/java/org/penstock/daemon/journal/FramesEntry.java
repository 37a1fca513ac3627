package org.penstock.daemon.journal;

/**
 * Frames that were acknowledged before their chunk was full. Their bytes stay in the journal: they may be many.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param firstFrame stored index, in the stream, of the frame at position 0 of the chunk
 * @param frameBytes bytes of one raw frame
 * @param frames which frames
 * @param bytesAt where in the journal the raw bytes of the first of them begin; the others follow without a gap
 */
public record FramesEntry(
        long offset, long sequence, long firstFrame, int frameBytes, FrameChecksums frames, long bytesAt)
        implements JournalEntry {
    /** Returns where in the journal the raw bytes of the i-th of these frames begin. */
    public long frameAt(int i) {
        return bytesAt + (long) i * frameBytes;
    }
}
