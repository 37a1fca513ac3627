package org.penstock.compression.bitshuffle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads the next block's cache lines, a few at a time, while this block's matches are looked for: that waits on branches and
 * leaves the memory idle, whereas taking a block apart waits for memory alone. Java has no prefetch; a byte that is read and
 * added up does the same.
 *
 * <p><b>Threading:</b> confined to its encoder's thread.
 */
final class ReadAhead {
    private static final int LINE_BYTES = 64;

    private MemorySegment source = MemorySegment.NULL;
    private long next;
    private long end;

    /** Keeps the reads alive: nobody needs it. */
    private int sum;

    /** Begins with the lines from {@code from} on, of which there may be none. */
    void begin(MemorySegment memory, long from, long to) {
        source = memory;
        next = from;
        end = to;
    }

    /** Reads two lines, one for every 4 bytes of an LZ4 block about. */
    void step() {
        readLine();
        readLine();
    }

    private void readLine() {
        if (next < end) {
            sum += source.get(ValueLayout.JAVA_BYTE, next);
            next += LINE_BYTES;
        }
    }

    /** Lets the memory go. */
    void stop() {
        begin(MemorySegment.NULL, 0, 0);
    }

    @Override
    public String toString() {
        return "next=" + next + ", end=" + end + ", sum=" + sum;
    }
}
