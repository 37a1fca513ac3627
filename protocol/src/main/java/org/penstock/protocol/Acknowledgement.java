package org.penstock.protocol;

import java.nio.ByteBuffer;

/**
 * Which frames are safe, at both levels (README section 6): two cumulative marks, then ranges that are new since the last one.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class Acknowledgement {
    /** Prefix and header; ranges follow. */
    public static final int BYTES = Prefix.BYTES + 24;

    /** One range: first frame, number of frames. */
    public static final int RANGE_BYTES = 16;

    private static final int WRITTEN_BELOW = 16;
    private static final int DURABLE_BELOW = 24;
    private static final int WRITTEN_RANGES = 32;
    private static final int DURABLE_RANGES = 36;

    private Acknowledgement() {}

    /** Writes prefix and header at an absolute position; the caller has put the ranges at {@code at + BYTES}, the written ones first. */
    public static void write(
            ByteBuffer buffer, int at, long writtenBelow, long durableBelow, int writtenRanges, int durableRanges) {
        Prefix.write(buffer, at, MessageKind.ACK, ((long) writtenRanges + durableRanges) * RANGE_BYTES);
        buffer.putLong(at + WRITTEN_BELOW, writtenBelow);
        buffer.putLong(at + DURABLE_BELOW, durableBelow);
        buffer.putInt(at + WRITTEN_RANGES, writtenRanges);
        buffer.putInt(at + DURABLE_RANGES, durableRanges);
    }

    public static long writtenBelow(ByteBuffer buffer, int at) {
        return buffer.getLong(at + WRITTEN_BELOW);
    }

    public static long durableBelow(ByteBuffer buffer, int at) {
        return buffer.getLong(at + DURABLE_BELOW);
    }

    public static int writtenRanges(ByteBuffer buffer, int at) {
        return buffer.getInt(at + WRITTEN_RANGES);
    }

    public static int durableRanges(ByteBuffer buffer, int at) {
        return buffer.getInt(at + DURABLE_RANGES);
    }
}
