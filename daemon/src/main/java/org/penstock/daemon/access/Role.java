package org.penstock.daemon.access;

import java.util.Locale;

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
    /** Everything. */
    ADMIN;

    /** Returns the role as token files have it. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
