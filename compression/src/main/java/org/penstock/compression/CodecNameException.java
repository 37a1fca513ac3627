package org.penstock.compression;

/**
 * A name says no codec that there is, or one that does not run on this machine.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class CodecNameException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String expected;

    CodecNameException(String message, String expected) {
        super(message);
        this.expected = expected;
    }

    CodecNameException(String message, String expected, Throwable cause) {
        super(message, cause);
        this.expected = expected;
    }

    /** Returns what would have been right, in words that follow {@code expected=}. */
    public String expected() {
        return expected;
    }
}
