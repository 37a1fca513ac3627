package org.penstock.daemon.ring;

import java.util.BitSet;
import org.penstock.daemon.frame.ChunkOutcome;

/**
 * Where a stream's chunks go.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
public interface ChunkStore {
    /**
     * Stores one chunk.
     *
     * @throws org.penstock.daemon.hdf5.StorageException when no file can take it; the stream has then failed
     */
    ChunkOutcome store(ChunkBuffer chunk);

    /**
     * Keeps frames of a chunk that is not full yet, so that they can be acknowledged; the chunk itself is stored later, with these frames in it.
     *
     * @param positions of the frames in the chunk
     * @throws org.penstock.daemon.hdf5.StorageException when no file can take them; the stream has then failed
     */
    ChunkOutcome keep(ChunkBuffer chunk, BitSet positions);

    /** Notes a frame, as sent, that is in no file though it was wanted there: a later life of the daemon must know. */
    void lost(long frame, Loss loss);
}
