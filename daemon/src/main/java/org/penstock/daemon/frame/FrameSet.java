package org.penstock.daemon.frame;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.FrameRange;

/**
 * A set of frame indices: a bitmap in pages of {@value #PAGE_FRAMES} frames, made as they are touched (8 KiB each).
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class FrameSet {
    private static final int PAGE_FRAMES = 1 << 16;
    /** Highest number of frames that a stream can have. */
    public static final long MAX_FRAMES = 1L << 31;

    private static final int PAGE_WORDS = PAGE_FRAMES / Long.SIZE;

    private long[] @Nullable [] pages = new long[4][];
    private long count;
    private long end;

    /** Adds one frame and returns whether it is new. */
    public boolean add(long frame) {
        long[] page = page(frame);
        int word = (int) (frame % PAGE_FRAMES >>> 6);
        long bit = 1L << frame;
        if ((page[word] & bit) != 0) {
            return false;
        }
        page[word] |= bit;
        count++;
        end = Math.max(end, frame + 1);
        return true;
    }

    /** Adds a range of frames. */
    public void addAll(FrameRange range) {
        for (long frame = range.first(); frame < range.end(); frame++) {
            add(frame);
        }
    }

    /** Takes a range of frames out; {@link #end()} stays. */
    public void removeAll(FrameRange range) {
        for (long frame = range.first(); frame < range.end(); frame++) {
            remove(frame);
        }
    }

    /** Takes one frame out; {@link #end()} stays. */
    public void remove(long frame) {
        if (contains(frame)) {
            page(frame)[(int) (frame % PAGE_FRAMES >>> 6)] &= ~(1L << frame);
            count--;
        }
    }

    public boolean contains(long frame) {
        int number = (int) (frame / PAGE_FRAMES);
        if (number >= pages.length) {
            return false;
        }
        long[] page = pages[number];
        return page != null && (page[(int) (frame % PAGE_FRAMES >>> 6)] & 1L << frame) != 0;
    }

    /** Returns the first frame at or after {@code from} that is not in the set. */
    public long firstAbsent(long from) {
        long frame = from;
        while (contains(frame)) {
            frame++;
        }
        return frame;
    }

    /** Returns the number of frames in the set. */
    public long count() {
        return count;
    }

    /** Returns the index after the highest frame in the set, 0 when it is empty. */
    public long end() {
        return end;
    }

    /** Returns the frames in the set, at most {@code most} ranges of them. */
    public List<FrameRange> ranges(int most) {
        return ranges(0, end, true, most);
    }

    /** Returns the frames of {@code [from, to)} that are not in the set, at most {@code most} ranges of them. */
    public List<FrameRange> absent(long from, long to, int most) {
        return ranges(from, to, false, most);
    }

    private List<FrameRange> ranges(long from, long to, boolean present, int most) {
        List<FrameRange> ranges = new ArrayList<>();
        long start = -1;
        for (long frame = from; frame < to && ranges.size() < most; frame++) {
            if (contains(frame) == present) {
                start = start < 0 ? frame : start;
            } else if (start >= 0) {
                ranges.add(new FrameRange(start, frame - start));
                start = -1;
            }
        }
        if (start >= 0 && ranges.size() < most) {
            ranges.add(new FrameRange(start, to - start));
        }
        return ranges;
    }

    private long[] page(long frame) {
        int number = (int) (frame / PAGE_FRAMES);
        if (number >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(number + 1, 2 * pages.length));
        }
        long[] page = pages[number];
        if (page == null) {
            page = new long[PAGE_WORDS];
            pages[number] = page;
        }
        return page;
    }
}
