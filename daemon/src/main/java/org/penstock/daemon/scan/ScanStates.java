package org.penstock.daemon.scan;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many scans are in each state: of those that have ended, all since the start.
 *
 * <p><b>Threading:</b> changed by hdf5-writer, read by any thread.
 */
public final class ScanStates {
    private final Map<Scan.State, AtomicInteger> scans = new EnumMap<>(Scan.State.class);

    ScanStates() {
        for (Scan.State state : Scan.State.values()) {
            scans.put(state, new AtomicInteger());
        }
    }

    /** Returns how many scans are in a state. */
    public int in(Scan.State state) {
        return of(state).get();
    }

    /** Returns how many scans have not ended. */
    public int open() {
        int open = 0;
        for (Scan.State state : Scan.State.values()) {
            open += state.hasEnded() ? 0 : in(state);
        }
        return open;
    }

    void begun(Scan.State state) {
        of(state).incrementAndGet();
    }

    void changed(Scan.State from, Scan.State to) {
        of(from).decrementAndGet();
        of(to).incrementAndGet();
    }

    private AtomicInteger of(Scan.State state) {
        return Objects.requireNonNull(scans.get(state));
    }
}
