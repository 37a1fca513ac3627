package org.penstock.daemon.access;

/** What a request needs. */
public enum Role {
    /** No token: what says nothing of scans, such as whether the daemon lives. */
    ANYONE,
    /** Looking at scans, detectors, metrics. */
    READ,
    /** Sending frames. */
    INGEST,
    /** Opening, changing and ending scans. */
    OPERATE,
    /** What concerns the daemon itself. */
    ADMIN
}
