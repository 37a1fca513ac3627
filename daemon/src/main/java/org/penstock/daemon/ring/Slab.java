package org.penstock.daemon.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.ring.ffi.AnonymousMemory;
import org.penstock.daemon.telemetry.HighWaterMark;

/**
 * All memory for frames: one off-heap segment, taken at start, its size fixed. Streams reserve regions when they open and give them back when
 * they end; first fit from the low end, so that short scans meet warm pages.
 *
 * <p><b>Threading:</b> any thread; a lock, since this happens once per stream, never per frame.
 */
public final class Slab implements AutoCloseable {
    /** Regions start on pages, so that no two streams share one. */
    private static final long ALIGNMENT = 4096;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final TreeMap<Long, Long> freeBytesByOffset = new TreeMap<>();
    private final HighWaterMark reserved = new HighWaterMark();

    public Slab(long bytes) {
        memory = AnonymousMemory.map(arena, bytes);
        freeBytesByOffset.put(0L, bytes);
    }

    static long aligned(long bytes) {
        return Math.addExact(bytes, ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** Reserves a region, or returns null when no gap is large enough. */
    public synchronized @Nullable MemorySegment reserve(long bytes) {
        long needed = aligned(bytes);
        Map.Entry<Long, Long> gap = firstGap(needed);
        if (gap == null) {
            return null;
        }
        long offset = gap.getKey();
        long rest = gap.getValue() - needed;
        freeBytesByOffset.remove(offset);
        if (rest > 0) {
            freeBytesByOffset.put(offset + needed, rest);
        }
        reserved.note(bytes() - freeBytes());
        return memory.asSlice(offset, needed);
    }

    private Map.@Nullable Entry<Long, Long> firstGap(long bytes) {
        for (Map.Entry<Long, Long> gap : freeBytesByOffset.entrySet()) {
            if (gap.getValue() >= bytes) {
                return gap;
            }
        }
        return null;
    }

    /** Gives back a region that {@link #reserve} returned; joins it with the gaps beside it. */
    public synchronized void release(MemorySegment region) {
        long offset = region.address() - memory.address();
        long bytes = region.byteSize();
        Map.Entry<Long, Long> before = freeBytesByOffset.floorEntry(offset);
        if (before != null && before.getKey() + before.getValue() == offset) {
            freeBytesByOffset.remove(before.getKey());
            offset = before.getKey();
            bytes += before.getValue();
        }
        Long after = freeBytesByOffset.remove(offset + bytes);
        freeBytesByOffset.put(offset, after == null ? bytes : bytes + after);
    }

    /** Returns the size of the whole slab. */
    public long bytes() {
        return memory.byteSize();
    }

    /** Returns the bytes that no stream has reserved. */
    public synchronized long freeBytes() {
        return freeBytesByOffset.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns the most that streams ever had reserved. */
    public long highestReservedBytes() {
        return reserved.highest();
    }

    /** Returns how much of the slab streams have reserved, of 1. */
    public double fill() {
        return 1 - (double) freeBytes() / bytes();
    }

    /** Frees the memory; every thread that touches frames must have ended. */
    @Override
    public void close() {
        arena.close();
    }
}
