package org.penstock.daemon.frame;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.FrameRange;

/**
 * A set of frame indices: a bitmap in pages of {@value #PAGE_FRAMES} frames, made as they are touched (8 KiB each). Pages that nothing is in, or that a
 * range has filled, take no memory and no time: what is done to ranges, and told in ranges, costs what the set holds, not how far apart that lies.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class FrameSet {
    private static final int PAGE_FRAMES = 1 << 16;
    /** Highest number of frames that a stream can have. */
    public static final long MAX_FRAMES = 1L << 31;

    private static final int PAGE_WORDS = PAGE_FRAMES / Long.SIZE;

    /** Stands for every page that a range has filled; copied before it is changed. */
    private static final long[] FULL = new long[PAGE_WORDS];

    static {
        Arrays.fill(FULL, -1L);
    }

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
        for (long frame = range.first(); frame < range.end(); ) {
            long next = Math.min(range.end(), pageEnd(frame));
            long[] page = existing(frame);
            if (next - frame == PAGE_FRAMES) {
                count += PAGE_FRAMES - countIn(page);
                reserve(number(frame));
                pages[number(frame)] = FULL;
            } else if (!isFull(page)) {
                change(page(frame), frame, next, true);
            }
            frame = next;
            end = Math.max(end, next);
        }
    }

    /** Takes a range of frames out; {@link #end()} stays. */
    public void removeAll(FrameRange range) {
        for (long frame = range.first(); frame < range.end(); ) {
            long next = Math.min(range.end(), pageEnd(frame));
            long[] page = existing(frame);
            if (page != null && next - frame == PAGE_FRAMES) {
                count -= countIn(page);
                pages[number(frame)] = null;
            } else if (page != null) {
                change(owned(frame, page), frame, next, false);
            }
            frame = next;
        }
    }

    /** Takes one frame out; {@link #end()} stays. */
    public void remove(long frame) {
        long[] page = existing(frame);
        if (page != null && isSet(page, frame)) {
            owned(frame, page)[(int) (frame % PAGE_FRAMES >>> 6)] &= ~(1L << frame);
            count--;
        }
    }

    public boolean contains(long frame) {
        long[] page = existing(frame);
        return page != null && isSet(page, frame);
    }

    /** Returns the first frame at or after {@code from} that is not in the set. */
    public long firstAbsent(long from) {
        return next(from, Long.MAX_VALUE, false);
    }

    /** Returns the number of frames in the set. */
    public long count() {
        return count;
    }

    /** Returns how many frames of {@code [from, to)} are in the set. */
    public long count(long from, long to) {
        long found = 0;
        for (long frame = from; frame < to; ) {
            long next = Math.min(to, pageEnd(frame));
            long[] page = existing(frame);
            if (page != null) {
                found += next - frame == PAGE_FRAMES ? countIn(page) : countIn(page, frame, next);
            }
            frame = next;
        }
        return found;
    }

    /** Returns the index after the highest frame in the set, 0 when it is empty. */
    public long end() {
        return end;
    }

    /** Returns the frames in the set, at most {@code most} ranges of them. */
    public List<FrameRange> ranges(int most) {
        return ranges(0, end, true, most);
    }

    /** Returns the frames of {@code [from, to)} that are in the set, at most {@code most} ranges of them. */
    public List<FrameRange> present(long from, long to, int most) {
        return ranges(from, to, true, most);
    }

    /** Returns the frames of {@code [from, to)} that are not in the set, at most {@code most} ranges of them. */
    public List<FrameRange> absent(long from, long to, int most) {
        return ranges(from, to, false, most);
    }

    private List<FrameRange> ranges(long from, long to, boolean present, int most) {
        List<FrameRange> ranges = new ArrayList<>();
        long start = next(from, to, present);
        while (start < to && ranges.size() < most) {
            long after = next(start, to, !present);
            ranges.add(new FrameRange(start, after - start));
            start = next(after, to, present);
        }
        return ranges;
    }

    /** Returns the first frame of {@code [from, to)} that is in the set, or is not; {@code to} when there is none. */
    private long next(long from, long to, boolean present) {
        long frame = from;
        while (frame < to) {
            long[] page = existing(frame);
            if (page == null || isFull(page)) {
                if (isFull(page) == present) {
                    return frame;
                }
                frame = pageEnd(frame);
                continue;
            }
            long word = page[(int) (frame % PAGE_FRAMES >>> 6)];
            long ahead = (present ? word : ~word) >>> frame;
            if (ahead != 0) {
                return Math.min(to, frame + Long.numberOfTrailingZeros(ahead));
            }
            frame = (frame | Long.SIZE - 1) + 1;
        }
        return to;
    }

    private void change(long[] page, long from, long to, boolean present) {
        for (long frame = from; frame < to; ) {
            long next = Math.min(to, (frame | Long.SIZE - 1) + 1);
            int word = (int) (frame % PAGE_FRAMES >>> 6);
            long bits = -1L << frame & -1L >>> -next;
            count += Long.bitCount(present ? bits & ~page[word] : 0) - Long.bitCount(present ? 0 : bits & page[word]);
            page[word] = present ? page[word] | bits : page[word] & ~bits;
            frame = next;
        }
    }

    @SuppressWarnings("ReferenceEquality") // one array stands for all
    private static boolean isFull(long @Nullable [] page) {
        return page == FULL;
    }

    private static boolean isSet(long[] page, long frame) {
        return (page[(int) (frame % PAGE_FRAMES >>> 6)] & 1L << frame) != 0;
    }

    private static long countIn(long @Nullable [] page) {
        if (page == null) {
            return 0;
        }
        return isFull(page) ? PAGE_FRAMES : countIn(page, 0, PAGE_FRAMES);
    }

    private static long countIn(long[] page, long from, long to) {
        long found = 0;
        for (long frame = from; frame < to; ) {
            long next = Math.min(to, (frame | Long.SIZE - 1) + 1);
            found += Long.bitCount(page[(int) (frame % PAGE_FRAMES >>> 6)] & -1L << frame & -1L >>> -next);
            frame = next;
        }
        return found;
    }

    private static int number(long frame) {
        return (int) (frame / PAGE_FRAMES);
    }

    private static long pageEnd(long frame) {
        return (frame | PAGE_FRAMES - 1) + 1;
    }

    private long @Nullable [] existing(long frame) {
        long number = frame / PAGE_FRAMES;
        return number < pages.length ? pages[(int) number] : null;
    }

    /** Returns a page of the set that may be changed. */
    private long[] owned(long frame, long[] page) {
        if (!isFull(page)) {
            return page;
        }
        long[] copy = FULL.clone();
        pages[number(frame)] = copy;
        return copy;
    }

    private long[] page(long frame) {
        int number = number(frame);
        reserve(number);
        long[] page = pages[number];
        if (page == null) {
            page = new long[PAGE_WORDS];
            pages[number] = page;
        }
        return page;
    }

    private void reserve(int number) {
        if (number >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(number + 1, 2 * pages.length));
        }
    }
}
