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
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's counters and what the JVM says of it, as one snapshot.
 *
 * <p><b>Threading:</b> any thread counts and records gaps; latency is recorded by hdf5-writer alone; neither takes a lock; anyone takes snapshots, one after
 * the other.
 */
public class Telemetry {
    private static final long LONGEST_LATENCY_NS = 3_600_000_000_000L;
    private static final long LONGEST_PAUSE_MS = 3_600_000;
    private static final Pattern ROLE = Pattern.compile("(ingest|compress|hdf5-writer|publisher)(?:-\\d+)?");

    private final Map<Counter, LongAdder> counters = new EnumMap<>(Counter.class);
    private final Map<Timing, DurationHistogram> timings = new EnumMap<>(Timing.class);
    private final Reasons refusals = new Reasons();
    private final Reasons losses = new Reasons();
    private final Reasons refusedConnections = new Reasons();
    private final HighWaterMark ringFill = new HighWaterMark();
    private final LongAdder reservedBytes = new LongAdder();
    private final SingleWriterRecorder latency = new SingleWriterRecorder(LONGEST_LATENCY_NS, 3);
    private final Recorder receiveGaps = new Recorder(LONGEST_PAUSE_MS, 3);
    private final long startNs = System.nanoTime();

    private final Set<Tally> tallies = ConcurrentHashMap.newKeySet();

    // guarded by this
    private final Histogram latencySinceStart = newLatency();
    private final Histogram pausesSinceStart = newPauses();
    private final Histogram receiveGapsSinceStart = newPauses();
    private @Nullable Histogram latencyToAdd;
    private @Nullable Histogram receiveGapsToAdd;

    public Telemetry() {
        for (Counter counter : Counter.values()) {
            counters.put(counter, new LongAdder());
        }
        for (Timing timing : Timing.values()) {
            timings.put(timing, new DurationHistogram());
        }
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (collector instanceof NotificationEmitter emitter) {
                emitter.addNotificationListener((notification, _) -> pause(notification.getUserData()), null, null);
            }
        }
    }

    static Histogram newLatency() {
        return new Histogram(LONGEST_LATENCY_NS, 3);
    }

    static Histogram newPauses() {
        return new Histogram(LONGEST_PAUSE_MS, 3);
    }

    /** Returns one that counts and times nothing: only to measure what the others cost. */
    public static Telemetry silent() {
        return new SilentTelemetry();
    }

    /** Adds to a counter. */
    public void add(Counter counter, long amount) {
        of(counter).add(amount);
    }

    /** Adds one to a counter. */
    public void increment(Counter counter) {
        of(counter).increment();
    }

    /** Returns what was counted so far. */
    public long value(Counter counter) {
        synchronized (tallies) { // or a tally that is closed would be counted twice, or not at all
            long sum = of(counter).sum();
            for (Tally tally : tallies) {
                sum += tally.value(counter);
            }
            return sum;
        }
    }

    /** Begins a tally, which counts until {@link #close} takes it over. */
    public Tally newTally() {
        Tally tally = new Tally();
        tallies.add(tally);
        return tally;
    }

    /** Takes over what a tally has counted; nothing is counted with it any more. Closing twice is allowed. */
    public void close(Tally tally) {
        synchronized (tallies) {
            if (tallies.remove(tally)) {
                for (Counter counter : Counter.values()) {
                    of(counter).add(tally.value(counter));
                }
            }
        }
    }

    /** Returns {@link System#nanoTime()}, for what is timed only to be recorded here. */
    public long nowNs() {
        return System.nanoTime();
    }

    /** Records how long something took; called by the thread that {@link Timing} names. */
    public void took(Timing timing, long ns) {
        of(timing).record(ns);
    }

    /** Returns how long something took, each time since the start. */
    public DurationHistogram.Durations durations(Timing timing) {
        return of(timing).read();
    }

    private DurationHistogram of(Timing timing) {
        return Objects.requireNonNull(timings.get(timing));
    }

    /** Counts frames that were refused by name, by the error code that the client got. */
    public Reasons refusals() {
        return refusals;
    }

    /** Counts frames that came and are in no file, by the kind of loss. */
    public Reasons losses() {
        return losses;
    }

    /** Counts connections that were refused for want of room, by the configuration's key of the limit. */
    public Reasons refusedConnections() {
        return refusedConnections;
    }

    /** Notes how many slots of the ring waited for hdf5-writer at once; by it alone. */
    public HighWaterMark ringFill() {
        return ringFill;
    }

    /** Notes room on the disk that open files have taken and not used yet, or, negative, used or given back. */
    public void reserved(long bytes) {
        reservedBytes.add(bytes);
    }

    /** Returns the room on the disk that open files have taken and not used yet. */
    public long reservedBytes() {
        return reservedBytes.sum();
    }

    private LongAdder of(Counter counter) {
        return Objects.requireNonNull(counters.get(counter));
    }

    /** Records how long frames took from received to written. Confined to hdf5-writer. */
    public void latency(long ns, long frames) {
        latency.recordValueWithCount(Math.clamp(ns, 1, LONGEST_LATENCY_NS), frames);
    }

    /** Records how long a connection was without a frame. */
    public void receiveGap(long ns) {
        long ms = ns / 1_000_000;
        if (ms >= ReceiveGaps.SHORTEST_MS) {
            receiveGaps.recordValue(Math.min(ms, LONGEST_PAUSE_MS));
        }
    }

    /** Begins an interval that covers all since the start; the first {@link #snapshot} with it ends it and begins the next. */
    public Interval newInterval() {
        return new Interval(startNs);
    }

    /** Returns everything as nested maps, ready for JSON; keys are {@code snake_case} with units. {@code since_last} is of the interval. */
    public synchronized Map<String, Object> snapshot(Interval interval) {
        LatencyMs sinceStart = latencyMs();
        long nowNs = System.nanoTime();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("uptime_seconds", (nowNs - startNs) / 1e9);
        all.put("cpu_seconds", processCpuSeconds());
        all.put("alloc_bytes", allocatedBytes());
        all.put("gc_max_ms", pausesSinceStart.getMaxValue());
        all.put("latency_ms", sinceStart);
        Map<String, Object> sinceLast = new LinkedHashMap<>();
        sinceLast.put("seconds", interval.nextSeconds(nowNs));
        sinceLast.put("gc_max_ms", interval.nextPauses(pausesSinceStart).getMaxValue());
        sinceLast.put("latency_ms", LatencyMs.of(interval.nextLatency(latencySinceStart)));
        receiveGapsToAdd = receiveGaps.getIntervalHistogram(receiveGapsToAdd);
        receiveGapsSinceStart.add(receiveGapsToAdd);
        sinceLast.put("receive_gap_ms", ReceiveGaps.of(interval.nextReceiveGaps(receiveGapsSinceStart)));
        all.put("since_last", sinceLast);
        all.put("thread_cpu_seconds", cpuSecondsByRole());
        all.put("thread_alloc_bytes", allocatedBytesByRole());
        Map<String, Object> counts = new LinkedHashMap<>();
        for (Counter counter : Counter.values()) {
            counts.put(counter.wireName(), value(counter));
        }
        all.put("counters", counts);
        return all;
    }

    /** Returns the latency of all frames since the start. */
    public synchronized LatencyMs latencyMs() {
        latencyToAdd = latency.getIntervalHistogram(latencyToAdd);
        latencySinceStart.add(latencyToAdd);
        return LatencyMs.of(latencySinceStart);
    }

    private void pause(Object userData) {
        if (userData instanceof CompositeData data
                && data.get("gcInfo") instanceof CompositeData info
                && info.get("duration") instanceof Long ms) {
            synchronized (this) {
                pausesSinceStart.recordValue(Math.clamp(ms, 0, LONGEST_PAUSE_MS));
            }
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

    /** Returns the processor seconds of the threads of each role: {@code ingest}, {@code compress}, {@code hdf5-writer}, {@code publisher}. */
    public static Map<String, Double> cpuSecondsByRole() {
        Map<String, Double> seconds = new TreeMap<>();
        ofRoles((role, thread) ->
                seconds.merge(role, ManagementFactory.getThreadMXBean().getThreadCpuTime(thread) / 1e9, Double::sum));
        return seconds;
    }

    private static Map<String, Long> allocatedBytesByRole() {
        Map<String, Long> bytes = new TreeMap<>();
        if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads) {
            ofRoles((role, thread) -> bytes.merge(role, threads.getThreadAllocatedBytes(thread), Long::sum));
        }
        return bytes;
    }

    /** Threads are named role-number: ingest-0, compress-1, hdf5-writer. */
    private static void ofRoles(ObjLongConsumer<String> action) {
        java.lang.management.ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            Matcher name = ROLE.matcher(thread == null ? "" : thread.getThreadName());
            if (thread != null && name.matches()) {
                action.accept(name.group(1), thread.getThreadId());
            }
        }
    }
}
