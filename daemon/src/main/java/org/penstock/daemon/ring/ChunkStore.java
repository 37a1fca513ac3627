package org.penstock.daemon.ring;

/**
 * Where a stream's chunks go.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
@FunctionalInterface
public interface ChunkStore {
    /**
     * Stores one chunk.
     *
     * @return false when the chunk's place is closed already: its frames came too late
     * @throws org.penstock.daemon.hdf5.StorageException when the file cannot take it; the stream has then failed
     */
    boolean store(ChunkBuffer chunk);
}
