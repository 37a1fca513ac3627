package org.penstock.daemon.frame;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.penstock.protocol.FrameRange;

/**
 * Runs of frames in the order in which they came; a run that continues the last one joins it. Growing apart, nothing is allocated.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class FrameRuns {
    private long[] runs = new long[16];
    private int count;
    private long frames;

    /** Adds a run. */
    public void add(long first, long runFrames) {
        frames += runFrames;
        if (count > 0 && runs[2 * count - 2] + runs[2 * count - 1] == first) {
            runs[2 * count - 1] += runFrames;
            return;
        }
        if (2 * count == runs.length) {
            runs = Arrays.copyOf(runs, 2 * runs.length);
        }
        runs[2 * count] = first;
        runs[2 * count + 1] = runFrames;
        count++;
    }

    /** Returns how many frames were added. */
    public long frames() {
        return frames;
    }

    /** Returns the runs and forgets them. */
    public List<FrameRange> take() {
        List<FrameRange> taken = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            taken.add(new FrameRange(runs[2 * i], runs[2 * i + 1]));
        }
        count = 0;
        frames = 0;
        return taken;
    }
}
