package org.penstock.daemon.hdf5;

/**
 * Told how long calls of libhdf5 took that may wait for a disk.
 *
 * <p><b>Threading:</b> called by hdf5-writer.
 */
@FunctionalInterface
public interface CallTimer {
    /** Nobody is told. */
    CallTimer NONE = (_, _) -> {};

    /** What is timed. */
    enum Call {
        /** A file was created. */
        CREATE,
        /** A chunk was written. */
        WRITE,
        /** A file was flushed. */
        FLUSH,
        /** A file was flushed for the last time and closed. */
        CLOSE
    }

    /** Returns {@link System#nanoTime()}, or anything if {@link #took} does not look at its duration. */
    default long nowNs() {
        return System.nanoTime();
    }

    /** A call has returned; of creating and flushing, one that succeeded. */
    void took(Call call, long ns);
}
