package org.penstock.daemon.ring;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The chunk buffers of one stream: a stack, so that the memory used last, which is still in cache, is used next.
 *
 * <p>A Treiber stack over buffer indices. The head is one long, {@code (version << 32) | (free << 16) | (index + 1)}: the version grows with every change,
 * so that a thread that was away between reading and swapping the head cannot mistake a reused index for an unchanged stack; how many are free costs
 * nothing more.
 *
 * <p><b>Threading:</b> any thread; event loops acquire, hdf5-writer releases.
 */
public final class BufferPool {
    private static final int FREE_SHIFT = 16;
    private static final long INDEX_MASK = (1L << FREE_SHIFT) - 1;
    static final int MOST_BUFFERS = (int) INDEX_MASK;

    private final ChunkBuffer[] buffers;
    private final AtomicIntegerArray below;
    private final AtomicLong head = new AtomicLong();

    /** Cuts a region into {@code count} buffers for the lane's chunks. */
    BufferPool(StreamLane lane, MemorySegment region, int count) {
        if (count > MOST_BUFFERS) {
            throw new IllegalArgumentException("too many buffers: expected<=" + MOST_BUFFERS + ", actual=" + count);
        }
        ChunkRoom room = ChunkRoom.of(lane.form(), lane.geometry());
        buffers = new ChunkBuffer[count];
        below = new AtomicIntegerArray(count);
        for (int i = 0; i < count; i++) {
            MemorySegment memory = region.asSlice(room.bytes() * i, room.bytes());
            buffers[i] = new ChunkBuffer(i, lane, room, memory);
        }
        for (int i = count - 1; i >= 0; i--) {
            release(buffers[i]);
        }
    }

    /** Takes a buffer, or null when all are in use. */
    public @Nullable ChunkBuffer tryAcquire() {
        while (true) {
            long seen = head.get();
            int top = (int) (seen & INDEX_MASK) - 1;
            if (top < 0) {
                return null;
            }
            if (head.compareAndSet(seen, head(seen, free(seen) - 1, below.get(top)))) {
                return buffers[top];
            }
        }
    }

    /** Gives a buffer back; its contents may be overwritten at once. */
    public void release(ChunkBuffer buffer) {
        while (true) {
            long seen = head.get();
            below.set(buffer.index, (int) (seen & INDEX_MASK));
            if (head.compareAndSet(seen, head(seen, free(seen) + 1, buffer.index + 1))) {
                return;
            }
        }
    }

    /** Returns the number of buffers. */
    public int count() {
        return buffers.length;
    }

    /** Returns how many of them are not in use. */
    public int free() {
        return free(head.get());
    }

    /** Shows every buffer by its index, in use or not. */
    public void forEach(java.util.function.Consumer<ChunkBuffer> action) {
        for (ChunkBuffer buffer : buffers) {
            action.accept(buffer);
        }
    }

    private static int free(long head) {
        return (int) (head >>> FREE_SHIFT & INDEX_MASK);
    }

    private static long head(long before, int free, int top) {
        return ((before >>> 32) + 1) << 32 | (long) free << FREE_SHIFT | top;
    }
}
