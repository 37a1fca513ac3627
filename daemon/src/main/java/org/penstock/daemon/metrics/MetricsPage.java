package org.penstock.daemon.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.telemetry.DurationHistogram;
import org.penstock.daemon.telemetry.Timing;

/**
 * All metrics as a scraper reads them: every {@link Metric}, and what the Prometheus library says of process and JVM. Reading touches no thread that
 * frames pass through.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class MetricsPage {
    private final Sources sources;

    MetricsPage(Sources sources) {
        this.sources = sources;
    }

    /** What the library makes, at the first scrape: the start of the daemon does not wait for its classes. */
    private static final class Library {
        static final ExpositionFormats FORMATS = ExpositionFormats.init();
        static final PrometheusRegistry PROCESS = process();

        private Library() {}
    }

    private static PrometheusRegistry process() {
        PrometheusRegistry process = new PrometheusRegistry();
        ProcessMetrics.builder().register(process);
        JvmMemoryMetrics.builder().register(process);
        JvmGarbageCollectorMetrics.builder().register(process);
        JvmThreadsMetrics.builder().register(process);
        return process;
    }

    /** Returns the media type of what {@link #write} writes. */
    public String contentType(@Nullable String accept) {
        return format(accept).getContentType();
    }

    /**
     * Writes the page.
     *
     * @param accept what the scraper takes, as its {@code Accept} header says, or null
     */
    public void write(@Nullable String accept, OutputStream to) throws IOException {
        List<MetricSnapshot> snapshots = new ArrayList<>();
        for (Metric metric : Metric.values()) {
            snapshots.add(snapshot(metric));
        }
        Library.PROCESS.scrape().forEach(snapshots::add);
        format(accept).write(to, new MetricSnapshots(snapshots));
    }

    /** Text in any case: whoever takes protobuf takes text too. */
    private static ExpositionFormatWriter format(@Nullable String accept) {
        ExpositionFormatWriter openMetrics = Library.FORMATS.getOpenMetricsTextFormatWriter();
        return accept != null && openMetrics.accepts(accept)
                ? openMetrics
                : Library.FORMATS.getPrometheusTextFormatWriter();
    }

    private MetricSnapshot snapshot(Metric metric) {
        return switch (metric.reading) {
            case Reading.Durations durations -> histogram(metric, durations);
            case Reading.Samples samples -> numbers(metric, samples.read(sources));
        };
    }

    private static MetricSnapshot numbers(Metric metric, List<Reading.Sample> samples) {
        if (metric.kind == Metric.Kind.COUNTER) {
            CounterSnapshot.Builder counter =
                    CounterSnapshot.builder().name(metric.baseName()).help(metric.sentence);
            samples.forEach(sample -> counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(labels(metric, sample.label()))
                    .value(sample.value())
                    .build()));
            return counter.build();
        }
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name(metric.baseName()).help(metric.sentence);
        samples.forEach(sample -> gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(labels(metric, sample.label()))
                .value(sample.value())
                .build()));
        return gauge.build();
    }

    private MetricSnapshot histogram(Metric metric, Reading.Durations reading) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(metric.baseName()).help(metric.sentence);
        for (Map.Entry<String, Timing> timing : new TreeMap<>(reading.timings()).entrySet()) {
            DurationHistogram.Durations durations = reading.read(sources, timing.getValue());
            ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
            for (int i = 0; i < durations.counts().length; i++) {
                buckets.bucket(durations.boundsSeconds()[i], durations.counts()[i]);
            }
            histogram.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                    .labels(labels(metric, timing.getKey()))
                    .classicHistogramBuckets(buckets.build())
                    .sum(durations.sumSeconds())
                    .build());
        }
        return histogram.build();
    }

    private static Labels labels(Metric metric, String value) {
        return metric.label.isEmpty() ? Labels.EMPTY : Labels.of(metric.label, value);
    }
}
