package org.penstock.daemon.ingest;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.nio.ByteBuffer;

/**
 * Shows memory that Netty does not own to its socket reads, through a window that is moved before each read, so that nothing is allocated and
 * nothing is copied.
 *
 * <p>Netty reads from the writer index up to the capacity: the capacity is the window's end.
 *
 * <p><b>Threading:</b> confined to the event loop that reads into it.
 */
final class SlabByteBuf extends UnpooledDirectByteBuf {
    private int windowEnd;

    /** Shows {@code memory}, a direct buffer. */
    SlabByteBuf(ByteBuffer memory) {
        windowEnd = memory.capacity(); // first: the constructor above asks for the capacity
        super(UnpooledByteBufAllocator.DEFAULT, memory, memory.capacity());
    }

    /** Lets the next read fill {@code [from, to)} and keeps the buffer alive beyond the release that follows it. */
    SlabByteBuf window(int from, int to) {
        windowEnd = to;
        setIndex(from, from);
        retain();
        return this;
    }

    @Override
    public int capacity() {
        return windowEnd;
    }
}
