package org.penstock.daemon.ring;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.protocol.FrameRange;

/**
 * Which frames of a stream were received, each with its checksum, so that a frame that comes again is known as the same or another one.
 *
 * <p>Pages of {@value #PAGE_FRAMES} frames, made as they are touched: nothing is allocated per frame. An entry is 0 until its frame is
 * received, then the checksum with its lowest bit given up for "received".
 *
 * <p><b>Threading:</b> any event loop; entries change once, by compare-and-set.
 */
public final class FrameLedger {
    private static final int PAGE_FRAMES = 1 << 14;

    private final AtomicReferenceArray<@Nullable AtomicIntegerArray> pages;
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong end = new AtomicLong();

    /** A ledger for frames below {@code limit}. */
    public FrameLedger(long limit) {
        if (limit < 0 || limit > FrameSet.MAX_FRAMES) {
            throw new IllegalArgumentException(
                    "frames out of range: expected=0 to " + FrameSet.MAX_FRAMES + ", actual=" + limit);
        }
        pages = new AtomicReferenceArray<>((int) ((limit + PAGE_FRAMES - 1) / PAGE_FRAMES));
    }

    public boolean isReceived(long frame) {
        AtomicIntegerArray page = pages.get((int) (frame / PAGE_FRAMES));
        return page != null && page.get((int) (frame % PAGE_FRAMES)) != 0;
    }

    /** Returns whether a received frame carried this checksum. */
    public boolean isSame(long frame, int checksum) {
        AtomicIntegerArray page = pages.get((int) (frame / PAGE_FRAMES));
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
            } else if (start >= 0) {
                ranges.add(new FrameRange(start, frame - start));
                start = -1;
            }
        }
        return ranges;
    }

    private static int entry(int checksum) {
        return checksum | 1;
    }

    private AtomicIntegerArray page(long frame) {
        int number = (int) (frame / PAGE_FRAMES);
        AtomicIntegerArray page = pages.get(number);
        if (page != null) {
            return page;
        }
        AtomicIntegerArray fresh = new AtomicIntegerArray(PAGE_FRAMES);
        AtomicIntegerArray other = pages.compareAndExchange(number, null, fresh);
        return other == null ? fresh : other;
    }
}
