package org.penstock.protocol;

import java.util.Locale;

/**
 * Why a message was refused (README section 9): for programs; the message beside it is for people.
 *
 * <p><b>Threading:</b> immutable.
 */
public enum ErrorCode {
    MAGIC,
    VERSION,
    UNKNOWN_KIND,
    HEADER_BYTES,
    BODY_BYTES,
    HEADER_CHECKSUM,
    UNEXPECTED_MESSAGE,
    JSON,
    BAD_NAME,
    BAD_SHAPE,
    BAD_DTYPE,
    BAD_VALUE,
    UNSUPPORTED,
    UNKNOWN_STREAM,
    UNKNOWN_SCAN,
    STREAM_ENDED,
    DUPLICATE_DETECTOR,
    EXISTS,
    STORAGE,
    BUSY,
    PAYLOAD_BYTES,
    PAYLOAD_CHECKSUM,
    FRAME_INDEX,
    DUPLICATE_FRAME,
    TOO_LATE,
    HANDSHAKE_TIMEOUT,
    ABORTED,
    SHUTDOWN,
    INTERNAL;

    /** Returns the word on the wire: {@code bad_name}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
