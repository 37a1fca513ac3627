package org.penstock.daemon.ring;

import java.lang.foreign.MemorySegment;
import org.penstock.daemon.frame.ChunkForm;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.protocol.PayloadEncoding;

/**
 * The slab memory of one {@link ChunkBuffer}: a side for what arrives, and one for what is stored where that is not the same.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param arrivedBytes of the longest chunk as it arrives
 * @param storedBytes of the longest chunk as it is stored, or 0 when it is stored as it arrives
 */
public record ChunkRoom(long arrivedBytes, long storedBytes) {
    /** Returns the memory that one chunk of a stream needs on its way. */
    public static ChunkRoom of(ChunkForm form, FrameGeometry geometry) {
        long chunkBytes = geometry.chunkBytes();
        return form.encoding() == PayloadEncoding.RAW
                ? new ChunkRoom(chunkBytes, chunkBytes)
                : new ChunkRoom(form.encoding().mostBytes(chunkBytes), 0);
    }

    /** Returns the slab bytes of both sides. */
    public long bytes() {
        return Math.addExact(Slab.aligned(arrivedBytes), Slab.aligned(storedBytes));
    }

    MemorySegment arrived(MemorySegment both) {
        return both.asSlice(0, arrivedBytes);
    }

    MemorySegment stored(MemorySegment both) {
        return storedBytes == 0 ? arrived(both) : both.asSlice(Slab.aligned(arrivedBytes), storedBytes);
    }
}
