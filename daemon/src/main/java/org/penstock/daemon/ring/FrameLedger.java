package org.penstock.daemon.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.protocol.FrameRange;

/**
 * Which frames of a stream were received, each with its checksum, so that a frame that comes again is known as the same or another one.
 *
 * <p>Pages of {@value #PAGE_FRAMES} frames, made as they are touched: nothing is allocated per frame. An entry is 0 until its frame is
 * received, then the checksum with its lowest bit given up for "received".
 *
 * <p><b>Threading:</b> any thread; an entry changes by compare-and-set, and back only when a frame is taken back.
 */
public final class FrameLedger {
    private static final int PAGE_FRAMES = 1 << 14;

    private final long limit;
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong end = new AtomicLong();

    /** Replaced, never changed, when pages are added. */
    private volatile @Nullable AtomicIntegerArray[] pages = {};

    /** A ledger for frames below {@code limit}. */
    public FrameLedger(long limit) {
        if (limit < 0 || limit > FrameSet.MAX_FRAMES) {
            throw new IllegalArgumentException(
                    "frames out of range: expected=0 to " + FrameSet.MAX_FRAMES + ", actual=" + limit);
        }
        this.limit = limit;
    }

    public boolean isReceived(long frame) {
        AtomicIntegerArray page = existingPage(frame);
        return page != null && page.get((int) (frame % PAGE_FRAMES)) != 0;
    }

    /** Returns whether a received frame carried this checksum. */
    public boolean isSame(long frame, int checksum) {
        AtomicIntegerArray page = existingPage(frame);
        return page != null && page.get((int) (frame % PAGE_FRAMES)) == entry(checksum);
    }

    /** Notes a frame and returns whether it is the first of its index. */
    public boolean receive(long frame, int checksum) {
        if (!page(frame).compareAndSet((int) (frame % PAGE_FRAMES), 0, entry(checksum))) {
            return false;
        }
        received.incrementAndGet();
        end.accumulateAndGet(frame + 1, Math::max);
        return true;
    }

    /** Forgets a range of frames, so that they may be received anew. */
    public void forget(FrameRange range) {
        for (long frame = range.first(); frame < range.end(); frame++) {
            forget(frame);
        }
    }

    /** Forgets a frame, so that it may be received anew. */
    public void forget(long frame) {
        AtomicIntegerArray page = existingPage(frame);
        if (page != null && page.getAndSet((int) (frame % PAGE_FRAMES), 0) != 0) {
            received.decrementAndGet();
        }
    }

    /** Returns how many frames were received. */
    public long received() {
        return received.get();
    }

    /** Returns the index after the highest frame received, 0 when none was. */
    public long end() {
        return end.get();
    }

    /** Returns what was received, at most {@code most} ranges. */
    public List<FrameRange> ranges(int most) {
        List<FrameRange> ranges = new ArrayList<>();
        long to = end();
        long start = -1;
        for (long frame = 0; frame <= to && ranges.size() < most; frame++) {
            if (frame < to && isReceived(frame)) {
                start = start < 0 ? frame : start;
                continue;
            }
            if (start >= 0) {
                ranges.add(new FrameRange(start, frame - start));
                start = -1;
            }
            if (existingPage(frame) == null) {
                frame |= PAGE_FRAMES - 1; // nothing of this page was ever received
            }
        }
        return ranges;
    }

    private static int entry(int checksum) {
        return checksum | 1;
    }

    private @Nullable AtomicIntegerArray existingPage(long frame) {
        @Nullable AtomicIntegerArray[] now = pages;
        int number = (int) (frame / PAGE_FRAMES);
        return number < now.length ? now[number] : null;
    }

    private AtomicIntegerArray page(long frame) {
        AtomicIntegerArray page = existingPage(frame);
        return page != null ? page : addPage((int) (frame / PAGE_FRAMES));
    }

    /** Once in {@value #PAGE_FRAMES} frames. */
    private synchronized AtomicIntegerArray addPage(int number) {
        @Nullable AtomicIntegerArray[] now = pages;
        AtomicIntegerArray existing = number < now.length ? now[number] : null;
        if (existing != null) {
            return existing;
        }
        long frames = Math.min(PAGE_FRAMES, limit - (long) number * PAGE_FRAMES);
        AtomicIntegerArray page = new AtomicIntegerArray((int) frames);
        @Nullable AtomicIntegerArray[] more = Arrays.copyOf(now, Math.max(now.length, number + 1));
        more[number] = page;
        pages = more;
        return page;
    }
}
