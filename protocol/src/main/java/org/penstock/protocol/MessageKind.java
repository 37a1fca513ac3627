package org.penstock.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What a message is: byte 5 of its {@link Prefix} (README section 2).
 *
 * <p><b>Threading:</b> immutable.
 */
public enum MessageKind {
    HELLO(1, 0),
    OPEN_STREAM(2, 0),
    ATTACH(3, 0),
    STREAM_OPENED(4, 0),
    END(5, 0),
    REPORT(6, 0),
    ERROR(7, 0),
    PING(8, 0),
    PONG(9, 0),
    STATUS(10, 0),
    ABORT(11, 0),
    FRAME(16, 64),
    ARRAY(17, 32),
    CREDIT(32, 8),
    ACK(33, 24),
    DROPPED(34, 8),
    RESEND(35, 8);

    private static final @Nullable MessageKind[] BY_CODE = new MessageKind[256];

    static {
        for (MessageKind kind : values()) {
            BY_CODE[kind.code] = kind;
        }
    }

    private final int code;
    private final int headerBytes;

    MessageKind(int code, int headerBytes) {
        this.code = code;
        this.headerBytes = headerBytes;
    }

    /** Returns the byte on the wire. */
    public int code() {
        return code;
    }

    /** Returns the bytes of binary header that version 1 puts after the prefix. */
    public int headerBytes() {
        return headerBytes;
    }

    /** Returns the kind of a byte on the wire, or null when version 1 has none. */
    public static @Nullable MessageKind of(int code) {
        return BY_CODE[code & 0xff];
    }
}
