package org.penstock.daemon.ring;

/**
 * Why a frame is settled without being in a file.
 *
 * <p><b>Threading:</b> immutable.
 */
public enum Loss {
    /** There was no memory, and the stream asked for {@code overflow: drop}. */
    DROPPED,
    /** Its chunk or part file was already closed. */
    TOO_LATE,
    /** Its payload is not what its encoding says. */
    REFUSED,
    /** The client did not want it stored ({@code every}, {@code save: false}). */
    SKIPPED
}
