package org.penstock.daemon.frame;

/**
 * What became of a chunk, or of frames of one, that was to be written.
 *
 * <p><b>Threading:</b> immutable.
 */
public enum ChunkOutcome {
    /** It is where it survives the death of the daemon: in a file, and its address in a journal. */
    STORED,
    /** Its part file is closed already: its frames came too late. */
    TOO_LATE,
    /** The disk is full; nothing was touched, the chunk may be handed in again. */
    NO_ROOM
}
