package org.penstock.daemon.nexus;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ElementType.Kind;

/**
 * The value that stands for "no frame came": one that no detector sends by accident and that every plot shows.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class FillValue {
    private static final long NAN_F4 = 0x7fc0_0000L;
    private static final long NAN_F8 = 0x7ff8_0000_0000_0000L;

    private FillValue() {}

    /** Returns the bits, in the low bytes: the maximum of unsigned, the minimum of signed types, NaN. */
    public static long bits(ElementType type) {
        if (type.kind() == Kind.FLOAT) {
            return type == ElementType.F4 ? NAN_F4 : NAN_F8;
        }
        int width = type.bytes() * Byte.SIZE;
        return type.kind() == Kind.SIGNED ? 1L << (width - 1) : -1L >>> (Long.SIZE - width);
    }

    /** Fills memory with elements, little-endian. */
    public static void fill(MemorySegment elements, ElementType type) {
        long bits = bits(type);
        for (long at = 0; at < elements.byteSize(); at++) {
            elements.set(ValueLayout.JAVA_BYTE, at, (byte) (bits >>> (Byte.SIZE * (at % type.bytes()))));
        }
    }
}
