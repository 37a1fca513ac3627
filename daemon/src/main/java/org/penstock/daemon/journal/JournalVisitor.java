package org.penstock.daemon.journal;

import java.io.IOException;

/**
 * Is told what is in a journal, in order.
 *
 * <p><b>Threading:</b> called by the thread that replays.
 */
@FunctionalInterface
public interface JournalVisitor {
    /** The header, before any entry. */
    default void onHeader(JournalHeader header) throws IOException {}

    /** The next good entry. */
    void onEntry(JournalEntry entry) throws IOException;
}
