package org.penstock.benchmarks;

import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;
import org.penstock.protocol.client.StreamListener;

/**
 * How long frames take from when the operating system has their last byte to when they are acknowledged as written.
 *
 * <p><b>Threading:</b> one thread sends, another hears; read when both are done.
 */
final class AckTimes implements StreamListener {
    /** More frames than can be on their way. */
    private static final int MOST = 1 << 16;

    private static final long LONGEST_NS = 60_000_000_000L;

    private final AtomicLongArray sentNs = new AtomicLongArray(MOST);
    private final Histogram histogram = new Histogram(LONGEST_NS, 3);
    private long below;

    /** Notes that a frame was handed over; before it was, so that its acknowledgement finds it. */
    void sending(long frame) {
        sentNs.set((int) (frame % MOST), System.nanoTime());
    }

    /** Notes that a frame was handed over whole. */
    void sent(long frame) {
        sentNs.set((int) (frame % MOST), System.nanoTime());
    }

    @Override
    public void onWrittenBelow(long frameIndex) {
        long nowNs = System.nanoTime();
        for (long frame = below; frame < frameIndex; frame++) {
            long ns = nowNs - sentNs.get((int) (frame % MOST));
            histogram.recordValue(Math.clamp(ns, 1, LONGEST_NS));
        }
        below = frameIndex;
    }

    BenchRun.Latency latency() {
        return new BenchRun.Latency(ms(50), ms(99), ms(99.9));
    }

    double maxMs() {
        return histogram.getMaxValue() / 1e6;
    }

    private double ms(double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e6;
    }
}
