package org.penstock.daemon.journal;

/**
 * Where replay stopped, and what it had seen by then. {@link JournalWriter#reopen} goes on from here.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param state how the journal ends
 * @param end behind the last good entry
 * @param entries how many good entries there are; the sequence of the next
 * @param chunks how many of them are chunks
 * @param frames how many frames are in those
 * @param digest CRC-32C over their checksums, in order
 * @param problem of a torn journal what is wrong at its end: what was expected there, and what is; else empty
 */
public record JournalTail(State state, long end, long entries, long chunks, long frames, int digest, String problem) {
    /** How a journal ends. */
    public enum State {
        /** With an end entry that agrees with all the others. */
        ENDED,
        /** With zeros or the end of the file: its writer died between two entries, or is at work. */
        OPEN,
        /** With something that is no entry: its writer, or the power, died within one; or the file was damaged. */
        TORN
    }
}
