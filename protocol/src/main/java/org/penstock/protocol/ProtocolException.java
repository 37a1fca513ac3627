package org.penstock.protocol;

/** The peer broke the protocol: it is told the code and the message, its connection is closed, nobody else is disturbed. */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ErrorCode code;

    public ProtocolException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    public ProtocolException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Returns the code that goes back to the peer. */
    public ErrorCode code() {
        return code;
    }
}
