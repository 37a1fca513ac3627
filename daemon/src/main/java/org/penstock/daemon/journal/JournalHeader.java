package org.penstock.daemon.journal;

import java.nio.file.Path;

/**
 * What a journal says of itself.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param file the journal
 * @param kind what it belongs to
 * @param version of the format
 * @param entriesAt where the first entry begins
 * @param description JSON from which the file, or the scan, can be made anew
 */
public record JournalHeader(Path file, JournalKind kind, int version, long entriesAt, String description) {}
