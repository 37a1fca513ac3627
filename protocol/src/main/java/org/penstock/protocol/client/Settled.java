package org.penstock.protocol.client;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the daemon acknowledged of one stream. All connections hear the same acknowledgements, so taking one twice changes nothing.
 *
 * <p><b>Threading:</b> any thread.
 */
final class Settled {
    // acknowledgements are rare beside frames: one plain lock for all
    private final ReentrantLock lock = new ReentrantLock();
    private final NavigableMap<Long, Long> writtenAbove = new TreeMap<>();
    private final NavigableMap<Long, Long> lost = new TreeMap<>();
    private long writtenBelow;
    private long durableBelow;

    /** Takes the two cumulative marks; returns whether the first has grown. */
    boolean below(long newWrittenBelow, long newDurableBelow) {
        lock.lock();
        try {
            boolean grown = newWrittenBelow > writtenBelow;
            writtenBelow = Math.max(writtenBelow, newWrittenBelow);
            durableBelow = Math.max(durableBelow, newDurableBelow);
            while (!writtenAbove.isEmpty() && writtenAbove.firstEntry().getValue() <= writtenBelow) {
                writtenAbove.pollFirstEntry();
            }
            return grown;
        } finally {
            lock.unlock();
        }
    }

    /** Takes frames that were written out of order. */
    void written(long first, long count) {
        lock.lock();
        try {
            if (first + count > writtenBelow) {
                add(writtenAbove, first, first + count);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes frames that the daemon named as lost: they are settled, but not written. */
    void lost(long first, long count) {
        lock.lock();
        try {
            add(lost, first, first + count);
        } finally {
            lock.unlock();
        }
    }

    long writtenBelow() {
        lock.lock();
        try {
            return writtenBelow;
        } finally {
            lock.unlock();
        }
    }

    long durableBelow() {
        lock.lock();
        try {
            return durableBelow;
        } finally {
            lock.unlock();
        }
    }

    boolean isWritten(long frameIndex) {
        lock.lock();
        try {
            return contains(writtenAbove, frameIndex) || (frameIndex < writtenBelow && !contains(lost, frameIndex));
        } finally {
            lock.unlock();
        }
    }

    private static boolean contains(NavigableMap<Long, Long> ranges, long index) {
        Map.Entry<Long, Long> entry = ranges.floorEntry(index);
        return entry != null && index < entry.getValue();
    }

    /** Adds first (inclusive) to end (exclusive), joining what touches. */
    private static void add(NavigableMap<Long, Long> ranges, long first, long end) {
        long from = first;
        long to = end;
        Map.Entry<Long, Long> touching = ranges.floorEntry(to);
        while (touching != null && touching.getValue() >= from) {
            from = Math.min(from, touching.getKey());
            to = Math.max(to, touching.getValue());
            ranges.remove(touching.getKey());
            touching = ranges.floorEntry(to);
        }
        ranges.put(from, to);
    }
}
