package org.penstock.daemon.journal;

import java.util.List;

/**
 * A whole journal in memory, but for the bytes of frames.
 *
 * <p><b>Threading:</b> immutable.
 */
public record Journal(JournalHeader header, List<JournalEntry> entries, JournalTail tail) {
    public Journal {
        entries = List.copyOf(entries);
    }
}
