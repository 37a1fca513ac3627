package org.penstock.daemon.hdf5;

/**
 * Takes the chunks of a dataset's index, one after the other. It must not throw: libhdf5 is below it on the stack, and the process would end.
 *
 * <p><b>Threading:</b> called by the thread that owns HDF5.
 */
@FunctionalInterface
public interface ChunkVisitor {
    /** Takes one chunk; see {@link StoredChunk}. */
    void chunk(long firstFrame, int filterMask, long address, long bytes);
}
