package org.penstock.daemon.ring;

import java.lang.foreign.MemorySegment;
import org.penstock.daemon.frame.ChunkForm;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.protocol.PayloadEncoding;

/**
 * The slab memory of one {@link ChunkBuffer}: a side for what arrives, one for what is stored where that is not the same, and in the same pages as the last
 * of them what comes with its frames and the checksums that their senders took.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param arrivedBytes of the longest chunk as it arrives
 * @param storedBytes of the longest chunk as it is stored, or 0 when it is stored as it arrives
 * @param valueBytes of what comes with the frames of a full chunk
 * @param checksumBytes of the checksums of a full chunk's frames
 */
public record ChunkRoom(long arrivedBytes, long storedBytes, long valueBytes, long checksumBytes) {
    /** Returns the memory that one chunk of a stream needs on its way. */
    public static ChunkRoom of(ChunkForm form, FrameGeometry geometry) {
        long chunkBytes = geometry.chunkBytes();
        long valueBytes = (long) geometry.chunkFrames() * form.values().bytes();
        long checksumBytes = (long) geometry.chunkFrames() * Integer.BYTES;
        return form.encoding() == PayloadEncoding.RAW
                ? new ChunkRoom(chunkBytes, chunkBytes, valueBytes, checksumBytes)
                : new ChunkRoom(form.encoding().mostBytes(chunkBytes), 0, valueBytes, checksumBytes);
    }

    /** Returns the slab bytes of all. */
    public long bytes() {
        return Slab.aligned(Math.addExact(checksumsAt(), checksumBytes));
    }

    private long valuesAt() {
        long sides = storedBytes == 0 ? arrivedBytes : Math.addExact(Slab.aligned(arrivedBytes), storedBytes);
        return wordAligned(sides);
    }

    private long checksumsAt() {
        return wordAligned(Math.addExact(valuesAt(), valueBytes));
    }

    private static long wordAligned(long bytes) {
        return Math.addExact(bytes, Long.BYTES - 1) & -Long.BYTES;
    }

    MemorySegment values(MemorySegment all) {
        return all.asSlice(valuesAt(), valueBytes);
    }

    MemorySegment checksums(MemorySegment all) {
        return all.asSlice(checksumsAt(), checksumBytes);
    }

    MemorySegment arrived(MemorySegment all) {
        return all.asSlice(0, arrivedBytes);
    }

    MemorySegment stored(MemorySegment all) {
        return storedBytes == 0 ? arrived(all) : all.asSlice(Slab.aligned(arrivedBytes), storedBytes);
    }
}
