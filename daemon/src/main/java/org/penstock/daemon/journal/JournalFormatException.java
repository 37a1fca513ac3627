package org.penstock.daemon.journal;

import java.io.IOException;

/**
 * A file whose entries cannot be trusted to be a journal's, because its header is not right; the message names it. Damage behind the header is
 * no exception: replay stops there ({@link JournalTail}).
 */
public final class JournalFormatException extends IOException {
    private static final long serialVersionUID = 1;

    /** What the reader of a journal can do something about. */
    public enum Reason {
        /** Nothing but zeros, or nothing at all: its writer died before the first byte was in the file, so nothing was acknowledged. */
        BLANK,
        /** The file is something else. */
        NO_JOURNAL,
        /** A newer Penstock wrote it, and that one reads it. */
        NEWER_VERSION,
        /** Header or description are not as they were written. */
        DAMAGED
    }

    private final Reason reason;

    JournalFormatException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Returns the class of the problem. */
    public Reason reason() {
        return reason;
    }
}
