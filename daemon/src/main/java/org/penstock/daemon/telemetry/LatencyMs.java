package org.penstock.daemon.telemetry;

import org.HdrHistogram.Histogram;

/**
 * How long frames took from received to written, in milliseconds.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param p50 half of the frames took no longer
 * @param p99 99 % of them
 * @param p999 99.9 % of them
 * @param max the slowest
 */
public record LatencyMs(double p50, double p99, double p999, double max) {
    static LatencyMs of(Histogram ns) {
        return new LatencyMs(
                ns.getValueAtPercentile(50) / 1e6,
                ns.getValueAtPercentile(99) / 1e6,
                ns.getValueAtPercentile(99.9) / 1e6,
                ns.getMaxValue() / 1e6);
    }
}
