package org.penstock.daemon.journal;

/**
 * Something that its writer wanted to be known after a crash.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param json one JSON value, as it was written
 */
public record EventEntry(long offset, long sequence, String json) implements JournalEntry {}
