package org.penstock.compression;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A compressed chunk under scrutiny. Offsets are not checked here beyond what the memory has: {@link #require} is called before.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param format for messages
 * @param memory may be longer
 * @param bytes of the chunk
 */
record Payload(PayloadFormat format, MemorySegment memory, long bytes) {
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort U16_LE =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32_LE = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64_LE = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    int u8(long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }

    long u32(long at) {
        return memory.get(U32, at) & 0xffff_ffffL;
    }

    long u64(long at) {
        return memory.get(U64, at);
    }

    int u16LittleEndian(long at) {
        return memory.get(U16_LE, at) & 0xffff;
    }

    long u32LittleEndian(long at) {
        return memory.get(U32_LE, at) & 0xffff_ffffL;
    }

    long u64LittleEndian(long at) {
        return memory.get(U64_LE, at);
    }

    /** Requires that {@code wanted} bytes are there before {@code end}. */
    void require(long wanted, long at, long end, String what) {
        if (wanted > end - at) {
            throw refused(what, at, wanted + " bytes", end - at);
        }
    }

    /** Requires a number. */
    void expect(String what, long at, long expected, long actual) {
        if (actual != expected) {
            throw refused(what, at, Long.toString(expected), actual);
        }
    }

    CompressionException refused(String what, long at, String expected, long actual) {
        return CompressionException.ofInput("payload refused: encoding=" + format.encoding() + ", payloadBytes=" + bytes
                + ", offset=" + at + ", " + what + ": expected=" + expected + ", actual=" + actual);
    }
}
