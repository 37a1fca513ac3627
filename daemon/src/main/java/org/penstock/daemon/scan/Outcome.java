package org.penstock.daemon.scan;

/**
 * What became of a chunk that was to be written.
 *
 * <p><b>Threading:</b> immutable.
 */
public enum Outcome {
    /** It is in a file, and its address in a journal. */
    STORED,
    /** Its part file is closed already. */
    TOO_LATE,
    /** The disk is full; nothing was touched. */
    NO_ROOM
}
