package org.penstock.daemon.scan;

import java.util.List;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;

/**
 * The shape of one frame: at most three dimensions, each at least 1, and bytes that fit the limit.
 *
 * <p><b>Threading:</b> immutable.
 */
final class FrameShape {
    private static final int MOST_DIMENSIONS = 3;

    private FrameShape() {}

    /** Returns the shape, if it is one; throws {@code bad_shape} otherwise. */
    static List<Integer> check(List<Long> shape) {
        if (shape.size() > MOST_DIMENSIONS) {
            throw bad("expected=0 to " + MOST_DIMENSIONS + " dimensions, actual=" + shape);
        }
        for (Long extent : shape) {
            if (extent == null || extent < 1 || extent > Integer.MAX_VALUE) {
                throw bad("expected=dimensions from 1 to " + Integer.MAX_VALUE + ", actual=" + shape);
            }
        }
        return shape.stream().map(Long::intValue).toList();
    }

    /** Returns the bytes of one frame; throws {@code bad_shape} when they are over the limit. */
    static long bytes(List<Integer> shape, ElementType type, long limit) {
        String what =
                "frame too large: shape=" + shape + ", dtype=" + type.wireName() + ", limits.frame_bytes=" + limit;
        try {
            long bytes = type.bytes();
            for (int extent : shape) {
                bytes = Math.multiplyExact(bytes, extent);
            }
            if (bytes > limit) {
                throw bad(what + ", frameBytes=" + bytes);
            }
            return bytes;
        } catch (ArithmeticException _) {
            throw bad(what + ", frameBytes=over 2^63");
        }
    }

    private static ProtocolException bad(String message) {
        return new ProtocolException(ErrorCode.BAD_SHAPE, "key=shape, " + message);
    }
}
