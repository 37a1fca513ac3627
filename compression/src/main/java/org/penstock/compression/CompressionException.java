package org.penstock.compression;

/** A chunk could not be encoded or decoded. */
public final class CompressionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CompressionException(String message) {
        super(message);
    }

    private CompressionException(String message, boolean hasStackTrace) {
        super(message, null, false, hasStackTrace);
    }

    /** What arrived is not a chunk: where that was found says nothing of why, and a sender may send thousands. */
    static CompressionException ofInput(String message) {
        return new CompressionException(message, false);
    }
}
