package org.penstock.protocol.client;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.penstock.protocol.AckLevel;
import org.penstock.protocol.FrameRange;

/**
 * What the daemon acknowledged of one stream. All connections hear the same acknowledgements, so taking one twice changes nothing.
 *
 * <p><b>Threading:</b> any thread.
 */
final class Settled {
    // acknowledgements are rare beside frames: one plain lock for all
    private final ReentrantLock lock = new ReentrantLock();
    private final Level written = new Level();
    private final Level durable = new Level();
    private final NavigableMap<Long, Long> lost = new TreeMap<>();

    /** A mark, and what is beyond it. */
    private static final class Level {
        private final NavigableMap<Long, Long> above = new TreeMap<>();
        private long below;

        void take(long newBelow, Iterable<FrameRange> ranges) {
            below = Math.max(below, newBelow);
            for (FrameRange range : ranges) {
                if (range.end() > below) {
                    add(above, range.first(), range.end());
                }
            }
            while (!above.isEmpty() && above.firstEntry().getValue() <= below) {
                above.pollFirstEntry();
            }
        }

        void takeBack(FrameRange range) {
            if (range.first() < below) {
                if (range.end() < below) {
                    add(above, range.end(), below);
                }
                below = range.first();
            }
            remove(above, range.first(), range.end());
        }
    }

    /** Takes one acknowledgement; returns whether the mark of what is written has grown. */
    boolean take(ConnectionEvents.Acknowledged frames) {
        lock.lock();
        try {
            long before = written.below;
            written.take(frames.writtenBelow(), frames.written());
            durable.take(frames.durableBelow(), frames.durable());
            return written.below > before;
        } finally {
            lock.unlock();
        }
    }

    /** Forgets that these were written. */
    void takeBack(FrameRange frames) {
        lock.lock();
        try {
            written.takeBack(frames);
        } finally {
            lock.unlock();
        }
    }

    /** Begins anew at the marks of a daemon that has perhaps crashed meanwhile. */
    void restart(long writtenBelow, long durableBelow) {
        lock.lock();
        try {
            written.above.clear();
            durable.above.clear();
            written.below = writtenBelow;
            durable.below = durableBelow;
        } finally {
            lock.unlock();
        }
    }

    /** Takes frames that the daemon named as lost: they are settled, but not written. */
    void lost(FrameRange frames) {
        lock.lock();
        try {
            add(lost, frames.first(), frames.end());
        } finally {
            lock.unlock();
        }
    }

    long below(AckLevel level) {
        lock.lock();
        try {
            return of(level).below;
        } finally {
            lock.unlock();
        }
    }

    boolean has(AckLevel level, long frameIndex) {
        lock.lock();
        try {
            return contains(of(level).above, frameIndex)
                    || (frameIndex < of(level).below && !contains(lost, frameIndex));
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether a frame is settled as lost: nothing brings it back. */
    boolean isPassedAsLost(long frameIndex) {
        lock.lock();
        try {
            return frameIndex < written.below && contains(lost, frameIndex);
        } finally {
            lock.unlock();
        }
    }

    private Level of(AckLevel level) {
        return level == AckLevel.WRITTEN ? written : durable;
    }

    static boolean contains(NavigableMap<Long, Long> ranges, long index) {
        Map.Entry<Long, Long> entry = ranges.floorEntry(index);
        return entry != null && index < entry.getValue();
    }

    /** Adds first (inclusive) to end (exclusive), joining what touches. */
    static void add(NavigableMap<Long, Long> ranges, long first, long end) {
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

    /** Removes first (inclusive) to end (exclusive), cutting what goes beyond. */
    private static void remove(NavigableMap<Long, Long> ranges, long first, long end) {
        Map.Entry<Long, Long> touching = ranges.lowerEntry(end);
        while (touching != null && touching.getValue() > first) {
            ranges.remove(touching.getKey());
            if (touching.getValue() > end) {
                ranges.put(end, touching.getValue());
            }
            if (touching.getKey() < first) {
                ranges.put(touching.getKey(), first);
            }
            touching = ranges.lowerEntry(end);
        }
    }
}
