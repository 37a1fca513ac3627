package org.penstock.daemon.journal;

import org.jspecify.annotations.Nullable;

/**
 * What a journal belongs to.
 *
 * <p><b>Threading:</b> immutable.
 */
public enum JournalKind {
    /** One file of frames. */
    PART(1),
    /** One scan: its description, its streams, its files. */
    SCAN(2);

    private final int code;

    JournalKind(int code) {
        this.code = code;
    }

    /** Returns the number in the header. */
    int code() {
        return code;
    }

    /** Returns the kind of a number in a header; null when there is none. */
    static @Nullable JournalKind of(int code) {
        for (JournalKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        return null;
    }
}
