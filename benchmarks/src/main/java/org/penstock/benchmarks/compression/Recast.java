package org.penstock.benchmarks.compression;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.penstock.protocol.ElementType;

/** The same counts in elements of another type, as another detector would send them; what an integer cannot hold is its highest value. */
final class Recast {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Recast() {}

    /**
     * Returns frames with elements of {@code type}, little-endian.
     *
     * @param frames unsigned integers of {@code elementBytes}, little-endian
     */
    static MemorySegment to(ElementType type, MemorySegment frames, int elementBytes, Arena arena) {
        long elements = frames.byteSize() / elementBytes;
        MemorySegment recast = arena.allocate(elements * type.bytes(), 64);
        for (long i = 0; i < elements; i++) {
            write(type, recast, i * type.bytes(), read(frames, i * elementBytes, elementBytes));
        }
        return recast;
    }

    private static long read(MemorySegment frames, long at, int elementBytes) {
        return switch (elementBytes) {
            case 1 -> Byte.toUnsignedLong(frames.get(ValueLayout.JAVA_BYTE, at));
            case 2 -> Short.toUnsignedLong(frames.get(SHORT, at));
            case 4 -> Integer.toUnsignedLong(frames.get(INT, at));
            default -> throw new IllegalArgumentException("elementBytes: expected=1, 2, 4, actual=" + elementBytes);
        };
    }

    private static void write(ElementType type, MemorySegment to, long at, long value) {
        switch (type) {
            case U1 -> to.set(ValueLayout.JAVA_BYTE, at, (byte) Math.min(value, 0xff));
            case I1 -> to.set(ValueLayout.JAVA_BYTE, at, (byte) Math.min(value, Byte.MAX_VALUE));
            case U2 -> to.set(SHORT, at, (short) Math.min(value, 0xffff));
            case I2 -> to.set(SHORT, at, (short) Math.min(value, Short.MAX_VALUE));
            case U4 -> to.set(INT, at, (int) value);
            case I4 -> to.set(INT, at, (int) Math.min(value, Integer.MAX_VALUE));
            case U8, I8 -> to.set(LONG, at, value);
            case F4 -> to.set(INT, at, Float.floatToRawIntBits((float) value));
            case F8 -> to.set(LONG, at, Double.doubleToRawLongBits((double) value));
        }
    }
}
