package org.penstock.daemon.cli;

/** A command cannot do what was asked; the message says what failed and what to do, and is all that the user sees. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CommandFailure(String message) {
        super(message);
    }

    public CommandFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
