package org.penstock.daemon.scan;

/** Told what happens to scans; on hdf5-writer, so it must not wait. */
@FunctionalInterface
public interface ScanListener {
    /** Nobody wants to know. */
    ScanListener NONE = (_, _) -> {};

    /** What happened to a scan. */
    enum Change {
        /** It is in another state, or it was created. */
        STATE,
        /** A detector has joined, or its stream has ended. */
        STREAM,
        /** More is known of it. */
        DESCRIBED,
        /** It was told to end, and its streams are ending. */
        ENDING,
        /** It has ended, and its last master is in place, or given up. */
        CLOSED
    }

    void changed(Scan scan, Change change);
}
