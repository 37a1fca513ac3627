package org.penstock.daemon.journal;

/**
 * One entry of a journal: a promise that was written before anybody was told of it.
 *
 * <p><b>Threading:</b> immutable.
 */
public sealed interface JournalEntry permits ChunkEntry, FramesEntry, ValuesEntry, EventEntry, EndEntry {
    /** Returns where in the journal the entry begins. */
    long offset();

    /** Returns its number in the journal: 0, 1, 2 … */
    long sequence();
}
