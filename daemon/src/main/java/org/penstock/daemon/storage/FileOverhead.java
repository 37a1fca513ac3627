package org.penstock.daemon.storage;

import org.penstock.protocol.FrameRecord;

/**
 * What a part file takes beside the bytes of its chunks.
 *
 * <p><b>Threading:</b> stateless.
 */
final class FileOverhead {
    /** Groups, attributes, fields. */
    private static final long DESCRIPTION_BYTES = 1L << 20;

    /** An entry of a version-1 B-tree: a key of 8 bytes for each of four dimensions and 8 more, an address, nodes half full. */
    private static final long INDEX_BYTES_PER_CHUNK = 2 * (5 * Long.BYTES + Long.BYTES);

    /** A CRC for each chunk, a checksum for each frame. */
    private static final long PROOF_BYTES = Integer.BYTES;

    /** A text of variable length: a reference to it, and what stands before it in the file's heap. */
    private static final long TEXT_BYTES = 48;

    private FileOverhead() {}

    /** Returns the most that it takes for so many chunks. */
    static long bytes(long chunks, int chunkFrames, FrameRecord values) {
        long frameBytes = PROOF_BYTES + values.bytes() + values.texts() * TEXT_BYTES;
        return DESCRIPTION_BYTES + chunks * (INDEX_BYTES_PER_CHUNK + PROOF_BYTES + chunkFrames * frameBytes);
    }
}
