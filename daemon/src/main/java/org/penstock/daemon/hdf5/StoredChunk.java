package org.penstock.daemon.hdf5;

/**
 * One chunk as the index of a dataset knows it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param firstFrame the chunk's first frame
 * @param filterMask bit i set: filter i was not applied
 * @param address where it lies in the file
 * @param bytes how many bytes are stored
 */
public record StoredChunk(long firstFrame, int filterMask, long address, long bytes) {}
