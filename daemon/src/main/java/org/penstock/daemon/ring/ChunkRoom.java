package org.penstock.daemon.ring;

import java.lang.foreign.MemorySegment;
import org.penstock.daemon.frame.ChunkForm;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.protocol.PayloadEncoding;

/**
 * The slab memory of one {@link ChunkBuffer}: a side for what arrives, one for what is stored where that is not the same, and what comes with its frames.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param arrivedBytes of the longest chunk as it arrives
 * @param storedBytes of the longest chunk as it is stored, or 0 when it is stored as it arrives
 * @param valueBytes of what comes with the frames of a full chunk
 */
public record ChunkRoom(long arrivedBytes, long storedBytes, long valueBytes) {
    /** Returns the memory that one chunk of a stream needs on its way. */
    public static ChunkRoom of(ChunkForm form, FrameGeometry geometry) {
        long chunkBytes = geometry.chunkBytes();
        long valueBytes = (long) geometry.chunkFrames() * form.values().bytes();
        return form.encoding() == PayloadEncoding.RAW
                ? new ChunkRoom(chunkBytes, chunkBytes, valueBytes)
                : new ChunkRoom(form.encoding().mostBytes(chunkBytes), 0, valueBytes);
    }

    /** Returns the slab bytes of all. */
    public long bytes() {
        return Math.addExact(sidesBytes(), Slab.aligned(valueBytes));
    }

    private long sidesBytes() {
        return Math.addExact(Slab.aligned(arrivedBytes), Slab.aligned(storedBytes));
    }

    MemorySegment values(MemorySegment all) {
        return all.asSlice(sidesBytes(), valueBytes);
    }

    MemorySegment arrived(MemorySegment all) {
        return all.asSlice(0, arrivedBytes);
    }

    MemorySegment stored(MemorySegment all) {
        return storedBytes == 0 ? arrived(all) : all.asSlice(Slab.aligned(arrivedBytes), storedBytes);
    }
}
