package org.penstock.protocol;

import java.util.Locale;

/**
 * What an acknowledged frame survives (README section 6).
 *
 * <p><b>Threading:</b> immutable.
 */
public enum AckLevel {
    /** The death of the daemon. */
    WRITTEN,
    /** Power loss as well. */
    DURABLE;

    /** Returns the level of a word on the wire; {@link #WRITTEN} for any that this version does not know. */
    public static AckLevel of(String wireName) {
        return DURABLE.wireName().equals(wireName) ? DURABLE : WRITTEN;
    }

    /** Returns the word on the wire. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
