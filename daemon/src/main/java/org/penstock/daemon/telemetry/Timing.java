package org.penstock.daemon.telemetry;

/**
 * What is timed, each by one thread.
 *
 * <p><b>Threading:</b> immutable.
 */
public enum Timing {
    /** From the first frame of a chunk received to a compressor taking it; of small frames, the filling of their chunk included. Recorded by hdf5-writer. */
    QUEUE,
    /** A compressor at work on a chunk. Recorded by hdf5-writer. */
    COMPRESS,
    /** From a compressor done with a chunk to hdf5-writer taking it: chunks are stored in the order of the ring. Recorded by hdf5-writer. */
    ORDER,
    /** hdf5-writer at work on a chunk: part file, chunk, journal. */
    STORE,
    /** From the first frame of a chunk received to the chunk stored. Recorded by hdf5-writer. */
    TOTAL,
    /** H5Fcreate. By hdf5-writer. */
    HDF5_CREATE,
    /** H5DOwrite_chunk. By hdf5-writer. */
    HDF5_WRITE,
    /** H5Fflush. By hdf5-writer. */
    HDF5_FLUSH,
    /** Flush and H5Fclose of a file. By hdf5-writer. */
    HDF5_CLOSE,
    /** An entry appended to the journal of a part file. By hdf5-writer. */
    JOURNAL,
    /** fdatasync of a part file or its journal. By syncer. */
    SYNC,
    /** A scan master made, without its fsync. By hdf5-writer. */
    MASTER
}
