package org.penstock.daemon.telemetry;

import org.HdrHistogram.Histogram;

/**
 * How long connections were without a frame between one and the next: the sender had none, or the daemon did not read.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param maxMs the longest, 0 when none was as long as {@link #SHORTEST_MS}
 * @param stalls those of {@link #STALL_MS} and more
 */
public record ReceiveGaps(double maxMs, long stalls) {
    /** Shorter ones are not recorded. */
    public static final long SHORTEST_MS = 1;

    /** What a user would call a stall. */
    public static final long STALL_MS = 100;

    static ReceiveGaps of(Histogram ms) {
        return new ReceiveGaps(
                ms.getMaxValue(), ms.getCountBetweenValues(STALL_MS, Math.max(STALL_MS, ms.getMaxValue())));
    }
}
