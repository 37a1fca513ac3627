package org.penstock.daemon.metrics;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.penstock.daemon.ingest.StreamSight;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.DurationHistogram;
import org.penstock.daemon.telemetry.Timing;

/** Where a metric's values come from. */
sealed interface Reading {
    /**
     * One number.
     *
     * @param label value of the metric's label, empty when it has none
     */
    record Sample(String label, double value) {}

    /** Numbers, one for each value of the label. */
    @FunctionalInterface
    non-sealed interface Samples extends Reading {
        List<Sample> read(Sources from);
    }

    /**
     * Durations, one histogram for each value of the label.
     *
     * @param timings by label; the label is empty when there is one
     */
    record Durations(Map<String, Timing> timings) implements Reading {
        DurationHistogram.Durations read(Sources from, Timing timing) {
            return from.telemetry().durations(timing);
        }
    }

    /** Reads one number. */
    static Samples one(ToDoubleFunction<Sources> value) {
        return from -> List.of(new Sample("", value.applyAsDouble(from)));
    }

    /** Reads a counter. */
    static Samples of(Counter counter) {
        return one(from -> from.telemetry().value(counter));
    }

    /** Reads a counter of nanoseconds in seconds. */
    static Samples seconds(Counter nanoseconds) {
        return one(from -> from.telemetry().value(nanoseconds) / 1e9);
    }

    /** Reads counts by label. */
    static Samples byLabel(java.util.function.Function<Sources, Map<String, ? extends Number>> counts) {
        return from -> counts.apply(from).entrySet().stream()
                .map(entry -> new Sample(entry.getKey(), entry.getValue().doubleValue()))
                .toList();
    }

    /** Reads a number of each detector that streams; of two streams of one name, the sum. */
    static Samples byDetector(ToLongFunction<StreamSight> value) {
        return byLabel(from -> {
            Map<String, Long> sums = new TreeMap<>();
            from.streams().forEach(stream -> sums.merge(stream.detector(), value.applyAsLong(stream), Long::sum));
            return sums;
        });
    }

    /** Reads one histogram. */
    static Durations of(Timing timing) {
        return new Durations(Map.of("", timing));
    }
}
