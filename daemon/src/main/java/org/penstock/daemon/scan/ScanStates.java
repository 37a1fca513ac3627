package org.penstock.daemon.scan;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many scans are in each state: of those that have ended, all since the start. And which masters wait for room on a full disk.
 *
 * <p><b>Threading:</b> changed by hdf5-writer, read by any thread.
 */
public final class ScanStates {
    private final Map<Scan.State, AtomicInteger> scans = new EnumMap<>(Scan.State.class);
    private final Set<Path> withoutRoom = new ConcurrentSkipListSet<>();

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

    /** Returns the masters that the disk has no room for: of scans that have ended, and those with links. Reports wait for them. */
    public Set<Path> withoutRoom() {
        return Set.copyOf(withoutRoom);
    }

    /** Notes whether there is room for a master; of a scan without one, nothing. */
    void room(@Nullable Path master, boolean isThere) {
        if (master != null && isThere) {
            withoutRoom.remove(master);
        } else if (master != null) {
            withoutRoom.add(master);
        }
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
