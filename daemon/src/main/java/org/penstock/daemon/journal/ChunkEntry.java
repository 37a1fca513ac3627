package org.penstock.daemon.journal;

/**
 * A chunk is in the file.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param firstFrame stored index, in the stream, of the frame at position 0 of the chunk
 * @param address where in the file its stored bytes begin
 * @param storedBytes how many they are
 * @param filterMask HDF5's: bit i set = filter i was left out
 * @param chunkCrc CRC-32C of the stored bytes
 * @param frames which frames are in it
 */
public record ChunkEntry(
        long offset,
        long sequence,
        long firstFrame,
        long address,
        long storedBytes,
        int filterMask,
        int chunkCrc,
        FrameChecksums frames)
        implements JournalEntry {}
