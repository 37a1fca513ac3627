package org.penstock.daemon.telemetry;

import org.HdrHistogram.Histogram;

/**
 * What has happened since one asker last asked. Each asker has its own, so that two who watch the same daemon do not take each other's values away.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class Interval {
    private final Difference latency = new Difference(Telemetry.newLatency());
    private final Difference pauses = new Difference(Telemetry.newPauses());
    private final Difference receiveGaps = new Difference(Telemetry.newPauses());
    private long startNs;

    Interval(long startNs) {
        this.startNs = startNs;
    }

    /** Returns how long the interval was and begins the next. */
    double nextSeconds(long nowNs) {
        double seconds = (nowNs - startNs) / 1e9;
        startNs = nowNs;
        return seconds;
    }

    /** Returns the latencies since the last call; valid until the next. */
    Histogram nextLatency(Histogram sinceStart) {
        return latency.next(sinceStart);
    }

    /** Returns the pauses since the last call; valid until the next. */
    Histogram nextPauses(Histogram sinceStart) {
        return pauses.next(sinceStart);
    }

    /** Returns the gaps between frames since the last call; valid until the next. */
    Histogram nextReceiveGaps(Histogram sinceStart) {
        return receiveGaps.next(sinceStart);
    }

    /** Takes what was there before from a histogram that only grows; reuses its memory. */
    private static final class Difference {
        private final Histogram before;
        private final Histogram since;

        Difference(Histogram empty) {
            before = empty;
            since = empty.copy();
        }

        Histogram next(Histogram sinceStart) {
            sinceStart.copyInto(since);
            since.subtract(before);
            sinceStart.copyInto(before);
            return since;
        }
    }
}
