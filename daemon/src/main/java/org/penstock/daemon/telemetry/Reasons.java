package org.penstock.daemon.telemetry;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts by reason. Reasons are words of the daemon's own, never a client's: there are as many counts as words.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class Reasons {
    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    Reasons() {}

    /** Counts one more. */
    public void count(String reason) {
        counts.computeIfAbsent(reason, _ -> new LongAdder()).increment();
    }

    /** Returns the counts so far, by reason. */
    public Map<String, Long> read() {
        Map<String, Long> now = new TreeMap<>();
        counts.forEach((reason, count) -> now.put(reason, count.sum()));
        return now;
    }
}
