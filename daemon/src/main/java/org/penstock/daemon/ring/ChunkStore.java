package org.penstock.daemon.ring;

import java.util.BitSet;

/**
 * Where a stream's chunks go.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
public interface ChunkStore {
    /** What became of a chunk. */
    enum Outcome {
        /** It is where it survives the death of the daemon. */
        STORED,
        /** Its part file is closed already: its frames came too late. */
        TOO_LATE,
        /** The disk is full; nothing was touched, the chunk may be handed in again. */
        NO_ROOM
    }

    /**
     * Stores one chunk.
     *
     * @throws org.penstock.daemon.hdf5.StorageException when no file can take it; the stream has then failed
     */
    Outcome store(ChunkBuffer chunk);

    /**
     * Keeps frames of a chunk that is not full yet, so that they can be acknowledged; the chunk itself is stored later, with these frames in it.
     *
     * @param positions of the frames in the chunk
     * @throws org.penstock.daemon.hdf5.StorageException when no file can take them; the stream has then failed
     */
    Outcome keep(ChunkBuffer chunk, BitSet positions);
}
