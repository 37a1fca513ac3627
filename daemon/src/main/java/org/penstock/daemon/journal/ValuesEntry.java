package org.penstock.daemon.journal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What came with frames that the entry behind it promises. The records stay in the journal: they may be many.
 *
 * <p><b>Threading:</b> immutable; the positions must not be changed.
 *
 * @param firstFrame stored index, in the stream, of the frame at position 0 of the chunk
 * @param recordBytes bytes of what came with one frame
 * @param positions of these frames in the chunk, ascending
 * @param recordsAt where in the journal the record of the first of them begins; the others follow without a gap
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content, below
public record ValuesEntry(long offset, long sequence, long firstFrame, int recordBytes, int[] positions, long recordsAt)
        implements JournalEntry {
    /** Returns where in the journal the record of the i-th of these frames begins. */
    public long recordAt(int i) {
        return recordsAt + (long) i * recordBytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ValuesEntry that
                && offset == that.offset
                && sequence == that.sequence
                && firstFrame == that.firstFrame
                && recordBytes == that.recordBytes
                && recordsAt == that.recordsAt
                && Arrays.equals(positions, that.positions);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(offset) ^ Arrays.hashCode(positions);
    }

    @Override
    public String toString() {
        return "ValuesEntry[offset=" + offset + ", firstFrame=" + firstFrame + ", recordBytes=" + recordBytes
                + ", positions=" + Arrays.toString(positions) + "]";
    }
}
