package org.penstock.daemon.control;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * What has happened to scans; the last {@value #KEPT} events are kept for who comes back. Readers hold a number, not an event: one that is slow keeps nothing
 * in memory, and finds that events are gone. Whoever adds one never waits for those that read.
 *
 * <p><b>Threading:</b> {@link #add} is confined to hdf5-writer; reading is for any thread.
 */
final class EventLog {
    static final int KEPT = 1000;

    private final long life;
    private final AtomicReferenceArray<@Nullable Event> kept = new AtomicReferenceArray<>(KEPT);
    private volatile long newest;
    private volatile CompletableFuture<@Nullable Void> more = new CompletableFuture<>();

    /**
     * An event.
     *
     * @param sequence its number, from 1
     * @param event {@code state}, {@code stream}, {@code described}, {@code ending} or {@code closed}
     * @param scan the scan as it stood then
     */
    record Event(long sequence, String event, ScanStatus scan) {}

    /** @param life tells events of this daemon from those of an earlier one, whose numbers began at 1 too */
    EventLog(long life) {
        this.life = life;
    }

    /** Adds an event and returns its number. */
    long add(String event, ScanStatus scan) {
        long sequence = newest + 1;
        kept.set(slot(sequence), new Event(sequence, event, scan));
        newest = sequence; // before the promise is replaced: see await
        CompletableFuture<@Nullable Void> kept = more;
        more = new CompletableFuture<>();
        kept.complete(null);
        return sequence;
    }

    /** Returns the number of the last event, 0 before the first. */
    long newest() {
        return newest;
    }

    /** Returns the number behind which all events are kept. */
    long oldest() {
        return Math.max(0, newest - KEPT);
    }

    /** Waits for the first event behind a number that is still kept; null when none comes in time. */
    @Nullable Event await(long behind, long mostNs) throws InterruptedException {
        long endNs = System.nanoTime() + mostNs;
        while (newest <= behind) {
            // a promise that was made after an event is read before the number of that event is: none is slept through
            CompletableFuture<@Nullable Void> promise = more;
            if (newest > behind) {
                break;
            }
            try {
                promise.get(endNs - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                return null;
            } catch (ExecutionException e) {
                throw new IllegalStateException("a promise of an event is never broken", e);
            }
        }
        return behind(behind);
    }

    /** Returns the first event behind a number that is still kept, or null. */
    @Nullable Event behind(long sequence) {
        while (sequence < newest) {
            long next = Math.max(sequence, oldest()) + 1;
            Event event = Objects.requireNonNull(kept.get(slot(next)));
            if (event.sequence() == next) {
                return event;
            }
            // overwritten meanwhile: others are the oldest now
        }
        return null;
    }

    /** Returns an event's number as clients know it. */
    String id(long sequence) {
        return life + "-" + sequence;
    }

    /**
     * Returns the number that a client's id has here, null when it is of an earlier daemon.
     *
     * @throws NumberFormatException when it is no id
     */
    @Nullable Long sequence(String id) {
        int dash = id.indexOf('-');
        long sequence = Long.parseUnsignedLong(id.substring(dash + 1));
        if (dash < 0) {
            return sequence == 0 ? sequence : null; // 0: before all events
        }
        return Long.parseUnsignedLong(id.substring(0, dash)) == life ? Math.clamp(sequence, 0, newest) : null;
    }

    private static int slot(long sequence) {
        return (int) (sequence % KEPT);
    }
}
