package org.penstock.daemon.cli;

import org.HdrHistogram.SynchronizedHistogram;
import org.penstock.protocol.client.StreamListener;

/**
 * How long after a frame was due the daemon acknowledged it as written: the whole way, as a detector sees it.
 *
 * <p><b>Threading:</b> any thread.
 */
final class AckLatency implements StreamListener {
    private static final long LONGEST_NS = 3_600_000_000_000L;

    private final SynchronizedHistogram latencies = new SynchronizedHistogram(LONGEST_NS, 3);
    private final FrameSender.Pace pace;
    private volatile long startNs = Long.MAX_VALUE;
    private long below; // of the one reader thread

    AckLatency(FrameSender.Pace pace) {
        this.pace = pace;
    }

    /** Says when the first frame was due, before it is sent. */
    void startedAt(long newStartNs) {
        startNs = newStartNs;
    }

    @Override
    public void onWrittenBelow(long frameIndex) {
        long nowNs = System.nanoTime();
        for (; below < frameIndex; below++) {
            latencies.recordValue(Math.clamp(nowNs - startNs - pace.dueNs(below), 0, LONGEST_NS));
        }
    }

    /** Returns the time within which so many of the frames were acknowledged. */
    double milliseconds(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e6;
    }
}
