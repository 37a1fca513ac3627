package org.penstock.daemon.journal;

/**
 * Everything was said: no entry follows. The reader has compared the numbers with the entries before.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param chunks number of chunk entries
 * @param frames number of frames in them
 * @param digest CRC-32C over the checksums of all entries before, in order
 */
public record EndEntry(long offset, long sequence, long chunks, long frames, int digest) implements JournalEntry {}
