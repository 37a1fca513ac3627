package org.penstock.protocol;

import java.nio.ByteBuffer;

/**
 * Frames that a client is asked to send again, because what was told of them at level {@code written} no longer holds (README section 6).
 *
 * <p><b>Threading:</b> immutable.
 */
public final class Resend {
    /** Prefix and header; ranges of {@link Acknowledgement#RANGE_BYTES} follow. */
    public static final int BYTES = Prefix.BYTES + 8;

    private static final int RANGES = 16;

    private Resend() {}

    /** Writes prefix and header at an absolute position; the caller has put the ranges at {@code at + BYTES}. */
    public static void write(ByteBuffer buffer, int at, int ranges) {
        Prefix.write(buffer, at, MessageKind.RESEND, (long) ranges * Acknowledgement.RANGE_BYTES);
        buffer.putLong(at + RANGES, ranges);
    }

    public static int ranges(ByteBuffer buffer, int at) {
        return buffer.getInt(at + RANGES);
    }
}
