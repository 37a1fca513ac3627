package org.penstock.compression;

/** A chunk could not be encoded or decoded. */
public final class CompressionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CompressionException(String message) {
        super(message);
    }
}
