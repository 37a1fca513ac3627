package org.penstock.protocol;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a message was refused (README section 9): for programs; the message beside it is for people.
 *
 * <p><b>Threading:</b> immutable.
 */
public enum ErrorCode {
    MAGIC,
    VERSION,
    UNKNOWN_KIND,
    NO_TOKEN,
    FORBIDDEN,
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
    UNKNOWN_DETECTOR,
    DUPLICATE_DETECTOR,
    EXISTS,
    STORAGE,
    DISK_FULL,
    BUSY,
    PAYLOAD_BYTES,
    METADATA_BYTES,
    PAYLOAD_CHECKSUM,
    PAYLOAD_FORMAT,
    FRAME_INDEX,
    DUPLICATE_FRAME,
    TOO_LATE,
    HANDSHAKE_TIMEOUT,
    TLS_REQUIRED,
    ABORTED,
    SUSPENDED,
    SHUTDOWN,
    INTERNAL;

    /** Finds the code of a word on the wire, or null when this version has none: a newer peer may know more. */
    public static @Nullable ErrorCode of(String wireName) {
        for (ErrorCode code : values()) {
            if (code.wireName().equals(wireName)) {
                return code;
            }
        }
        return null;
    }

    /** Returns the word on the wire: {@code bad_name}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
