package org.penstock.daemon.telemetry;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * The daemon's counters and what the JVM says of it, as one snapshot.
 *
 * <p><b>Threading:</b> any thread counts; latency is recorded by hdf5-writer alone; anyone takes snapshots.
 */
public final class Telemetry {
    private static final long LONGEST_LATENCY_NS = 3_600_000_000_000L;

    private final Map<Counter, LongAdder> counters = new EnumMap<>(Counter.class);
    private final SingleWriterRecorder latency = new SingleWriterRecorder(LONGEST_LATENCY_NS, 3);
    private final Histogram latencySinceStart = new Histogram(LONGEST_LATENCY_NS, 3);
    private final AtomicLong longestPauseMs = new AtomicLong();
    private final long startNs = System.nanoTime();

    public Telemetry() {
        for (Counter counter : Counter.values()) {
            counters.put(counter, new LongAdder());
        }
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (collector instanceof NotificationEmitter emitter) {
                emitter.addNotificationListener((notification, _) -> pause(notification.getUserData()), null, null);
            }
        }
    }

    /** Adds to a counter. */
    public void add(Counter counter, long amount) {
        of(counter).add(amount);
    }

    /** Adds one to a counter. */
    public void increment(Counter counter) {
        of(counter).increment();
    }

    public long value(Counter counter) {
        return of(counter).sum();
    }

    private LongAdder of(Counter counter) {
        return Objects.requireNonNull(counters.get(counter));
    }

    /** Records how long frames took from received to written. Confined to hdf5-writer. */
    public void latency(long ns, long frames) {
        latency.recordValueWithCount(Math.clamp(ns, 1, LONGEST_LATENCY_NS), frames);
    }

    /** Returns everything as nested maps, ready for JSON; keys are {@code snake_case} with units. */
    public Map<String, Object> snapshot() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("uptime_seconds", (System.nanoTime() - startNs) / 1e9);
        all.put("cpu_seconds", processCpuSeconds());
        all.put("alloc_bytes", allocatedBytes());
        all.put("gc_max_ms", longestPauseMs.get());
        all.put("latency_ms", latencyMs());
        all.put("thread_cpu_seconds", cpuSecondsByRole());
        Map<String, Object> counts = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            counts.put(counter.wireName(), value(counter));
        }
        all.put("counters", counts);
        return all;
    }

    private synchronized Map<String, Object> latencyMs() {
        latencySinceStart.add(latency.getIntervalHistogram());
        Map<String, Object> percentiles = new LinkedHashMap<>();
        percentiles.put("p50", latencySinceStart.getValueAtPercentile(50) / 1e6);
        percentiles.put("p99", latencySinceStart.getValueAtPercentile(99) / 1e6);
        percentiles.put("p999", latencySinceStart.getValueAtPercentile(99.9) / 1e6);
        percentiles.put("max", latencySinceStart.getMaxValue() / 1e6);
        return percentiles;
    }

    private void pause(Object userData) {
        if (userData instanceof CompositeData data
                && data.get("gcInfo") instanceof CompositeData info
                && info.get("duration") instanceof Long ms) {
            longestPauseMs.accumulateAndGet(ms, Math::max);
        }
    }

    private static double processCpuSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getProcessCpuTime() / 1e9
                : Double.NaN;
    }

    private static long allocatedBytes() {
        return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                ? threads.getTotalThreadAllocatedBytes()
                : -1;
    }

    /** Threads are named role-number: ingest-0, compress-1, hdf5-writer; their time is summed by role. */
    private static Map<String, Double> cpuSecondsByRole() {
        java.lang.management.ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Map<String, Double> seconds = new TreeMap<>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().matches("(ingest|compress)-\\d+|hdf5-writer|publisher")) {
                String role = thread.getThreadName().replaceAll("-\\d+$", "");
                seconds.merge(role, threads.getThreadCpuTime(thread.getThreadId()) / 1e9, Double::sum);
            }
        }
        return seconds;
    }
}
