package org.penstock.daemon.telemetry;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long something took, counted in buckets whose bounds are powers of two from {@value #LOWEST_BOUND_NS} ns to half a minute. Recording costs a few
 * nanoseconds and no atomic step.
 *
 * <p><b>Threading:</b> recorded by one thread, read by any. A reader may see a duration in its bucket and not yet in the sum.
 */
public final class DurationHistogram {
    /** The lowest bound; shorter ones count in the first bucket. */
    static final long LOWEST_BOUND_NS = 1024;

    /** Buckets with a bound; one more holds what took longer than the highest. */
    static final int BOUNDS = 26;

    private static final int LOWEST_BIT = 63 - Long.numberOfLeadingZeros(LOWEST_BOUND_NS);
    private static final int SUM = BOUNDS + 1;

    private final AtomicLongArray cells = new AtomicLongArray(BOUNDS + 2);

    /** Records one duration; negative ones count as nothing. */
    public void record(long ns) {
        add(bucket(ns), 1);
        add(SUM, Math.max(0, ns));
    }

    private void add(int cell, long amount) {
        cells.setOpaque(cell, cells.getPlain(cell) + amount);
    }

    private static int bucket(long ns) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(0, ns - 1));
        return Math.clamp(bits - LOWEST_BIT, 0, BOUNDS);
    }

    /** Returns the highest duration that counts in a bucket, in nanoseconds; of the last, {@link Long#MAX_VALUE}. */
    static long boundNs(int bucket) {
        return bucket == BOUNDS ? Long.MAX_VALUE : LOWEST_BOUND_NS << bucket;
    }

    /** Returns what was recorded so far. */
    public Durations read() {
        long[] counts = new long[BOUNDS + 1];
        double[] bounds = new double[BOUNDS + 1];
        for (int bucket = 0; bucket <= BOUNDS; bucket++) {
            counts[bucket] = cells.getOpaque(bucket);
            bounds[bucket] = bucket == BOUNDS ? Double.POSITIVE_INFINITY : boundNs(bucket) / 1e9;
        }
        return new Durations(bounds, counts, cells.getOpaque(SUM) / 1e9);
    }

    /**
     * What was recorded.
     *
     * @param boundsSeconds of the buckets, ascending, the last one infinite
     * @param counts of each bucket alone
     * @param sumSeconds of all durations
     */
    @SuppressWarnings("ArrayRecordComponent") // handed to one reader, who keeps nothing
    public record Durations(double[] boundsSeconds, long[] counts, double sumSeconds) {}
}
