package org.penstock.daemon.ring;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.penstock.daemon.frame.FrameSet;

/**
 * Which frames of a stream are safe at one level of acknowledgement, told to the event loops: a cumulative mark, and a log of the ranges that became
 * safe, from which each connection takes what is new to it.
 *
 * <p>The log is a ring of {@value #LOG_RANGES} ranges. A reader that falls behind by more loses ranges, never truth: their frames are
 * acknowledged when the mark passes them.
 *
 * <p><b>Threading:</b> written by hdf5-writer, read by event loops. {@link #logEnd} is set with release after the entries and read with
 * acquire before them; a reader checks it again after copying, as a sequence lock does.
 */
public final class FrameMarks {
    private static final int LOG_RANGES = 1 << 12;
    private static final int LOG_MASK = LOG_RANGES - 1;

    // confined to hdf5-writer
    private final FrameSet safe = new FrameSet();
    private final FrameSet settled = new FrameSet();

    private final AtomicLong settledBelow = new AtomicLong();
    private final AtomicLong settledCount = new AtomicLong();
    private final AtomicLongArray log = new AtomicLongArray(2 * LOG_RANGES);
    private final AtomicLong logEnd = new AtomicLong();

    /** Takes ranges out of the log. */
    @FunctionalInterface
    public interface RangeReader {
        /** Called once for each range. */
        void range(long first, long count);
    }

    /** Notes one frame as safe. */
    public void safe(long frame) {
        safe.add(frame);
        settle(frame);
    }

    /** Notes one frame as settled without being safe: named to the client as lost, or left out on its wish. */
    public void settle(long frame) {
        if (settled.add(frame)) {
            settledCount.lazySet(settled.count());
        }
    }

    /** Notes one frame as not settled after all: it is to be sent again. */
    public void takeBack(long frame) {
        safe.remove(frame);
        if (settled.contains(frame)) {
            settled.remove(frame);
            settledCount.lazySet(settled.count());
        }
        if (frame < settledBelow.getPlain()) {
            settledBelow.lazySet(frame);
        }
    }

    /** Publishes what was noted since the last call; {@code first} and {@code count} go into the log. */
    public void publish(long first, long count) {
        settledBelow.lazySet(settled.firstAbsent(settledBelow.getPlain()));
        if (count > 0) {
            long at = logEnd.getPlain();
            int entry = 2 * (int) (at & LOG_MASK);
            log.setOpaque(entry, first);
            log.setOpaque(entry + 1, count);
            logEnd.setRelease(at + 1);
        }
    }

    /** Returns the index below which every frame is settled. */
    public long settledBelow() {
        return settledBelow.getAcquire();
    }

    /** Returns how many frames are settled. */
    public long settledCount() {
        return settledCount.getAcquire();
    }

    /** Reads the log from a position and returns the position to go on from. */
    public long readLog(long from, RangeReader reader) {
        long to = logEnd.getAcquire();
        long start = Math.max(from, to - LOG_RANGES / 2);
        for (long at = start; at < to; at++) {
            int entry = 2 * (int) (at & LOG_MASK);
            long first = log.getOpaque(entry);
            long count = log.getOpaque(entry + 1);
            if (logEnd.getAcquire() - at < LOG_RANGES) {
                reader.range(first, count);
            }
        }
        return to;
    }

    /** Returns the frames that are safe. Confined to hdf5-writer. */
    public FrameSet safeFrames() {
        return safe;
    }
}
