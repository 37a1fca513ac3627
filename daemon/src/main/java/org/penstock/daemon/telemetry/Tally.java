package org.penstock.daemon.telemetry;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The counts of one owner, for what is counted with every frame: adding is a plain read and a plain write. {@link Telemetry} adds all tallies up when it
 * is asked.
 *
 * <p><b>Threading:</b> written by one thread at a time, read by any.
 */
public class Tally {
    private final Map<Counter, AtomicLong> counts = new EnumMap<>(Counter.class);

    Tally() {
        for (Counter counter : Counter.values()) {
            counts.put(counter, new AtomicLong());
        }
    }

    /** Adds to a counter. */
    public void add(Counter counter, long amount) {
        AtomicLong count = of(counter);
        count.setOpaque(count.getPlain() + amount);
    }

    /** Adds one to a counter. */
    public void increment(Counter counter) {
        add(counter, 1);
    }

    long value(Counter counter) {
        return of(counter).getOpaque();
    }

    private AtomicLong of(Counter counter) {
        return Objects.requireNonNull(counts.get(counter));
    }
}
