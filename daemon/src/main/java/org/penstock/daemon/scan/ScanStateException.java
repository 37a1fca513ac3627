package org.penstock.daemon.scan;

/** A scan is asked for what it cannot do where it stands; the message says where that is. */
public final class ScanStateException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    ScanStateException(String message) {
        super(message);
    }
}
