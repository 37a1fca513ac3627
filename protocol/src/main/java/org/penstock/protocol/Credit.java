package org.penstock.protocol;

import java.nio.ByteBuffer;

/**
 * How many frames a connection may have sent in all since it was opened (README section 6); only grows.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class Credit {
    public static final int BYTES = Prefix.BYTES + 8;

    private static final int FRAME_LIMIT = 16;

    private Credit() {}

    /** Writes the whole message at an absolute position. */
    public static void write(ByteBuffer buffer, int at, long frameLimit) {
        Prefix.write(buffer, at, MessageKind.CREDIT, 0);
        buffer.putLong(at + FRAME_LIMIT, frameLimit);
    }

    public static long frameLimit(ByteBuffer buffer, int at) {
        return buffer.getLong(at + FRAME_LIMIT);
    }
}
