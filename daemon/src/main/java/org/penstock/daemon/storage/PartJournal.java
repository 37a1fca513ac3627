package org.penstock.daemon.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.EncodedChunk;

/**
 * Where a data file notes what must be found after a crash: in a journal, or, where part files have none, nowhere.
 *
 * <p>When a method returns, what it noted is with the operating system.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, but for {@link #force}, {@link #close} and {@link #remove}, which {@code syncer} calls.
 */
sealed interface PartJournal permits FileJournal, NoJournal {
    /** Returns the journal's file, or null when there is none. */
    @Nullable Path file();

    /**
     * Takes room for the address of a chunk.
     *
     * @return false when the disk has none
     * @throws IOException when the journal cannot be used any more
     */
    boolean reserve(EncodedChunk chunk) throws IOException;

    /** Notes where a chunk lies, and before that what came with its frames, with room that was taken before. */
    void chunk(EncodedChunk chunk, long address, int filterMask) throws IOException;

    /**
     * Keeps frames as bytes, before their chunk is full.
     *
     * @param positions of the frames in the chunk
     * @return false when the disk has no room
     */
    boolean keep(EncodedChunk chunk, BitSet positions, int frameBytes) throws IOException;

    /** Waits until what was noted is on the disk. */
    void force() throws IOException;

    /** Notes that the file is complete: nothing may follow. */
    void end() throws IOException;

    /** Notes that the file is closed in good order without being complete. */
    void suspend() throws IOException;

    /** Lets the journal's file go. */
    void close() throws IOException;

    /** Removes the journal: the file speaks for itself. */
    void remove() throws IOException;
}
