package org.penstock.protocol;

/** The peer broke the protocol: its connection is closed, nobody else is disturbed. */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ProtocolException(String message) {
        super(message);
    }
}
