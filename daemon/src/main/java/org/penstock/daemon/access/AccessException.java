package org.penstock.daemon.access;

/** A caller is refused; the message says why, and never holds a token. */
public final class AccessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean isUnknown;

    AccessException(boolean isUnknown, String message) {
        super(message);
        this.isUnknown = isUnknown;
    }

    /** Returns whether it is not known who asks; else they are known, and may not. */
    public boolean isUnknown() {
        return isUnknown;
    }
}
