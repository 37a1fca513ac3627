package org.penstock.daemon.nexus;

import java.util.List;

/**
 * Frames {@code first .. first + count - 1} of a scan.
 *
 * <p><b>Threading:</b> immutable.
 */
public record FrameRange(long first, long count) {
    public FrameRange {
        if (first < 0 || count < 1) {
            throw new IllegalArgumentException("range without frames: first=" + first + ", count=" + count);
        }
    }

    /** Returns the index of every frame of the ranges, in their order. */
    static long[] indices(List<FrameRange> ranges) {
        long frames = 0;
        for (FrameRange range : ranges) {
            frames += range.count();
        }
        long[] indices = new long[Math.toIntExact(frames)];
        int next = 0;
        for (FrameRange range : ranges) {
            for (long frame = range.first(); frame < range.first() + range.count(); frame++) {
                indices[next++] = frame;
            }
        }
        return indices;
    }
}
