package org.penstock.daemon.control;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What has happened to scans, one event after the other; the last {@value #KEPT} are kept for who comes back. A chain of events, each with the promise of
 * the next: whoever adds one never waits for those that read.
 *
 * <p><b>Threading:</b> {@link #add} is confined to hdf5-writer; reading is for any thread.
 */
final class EventLog {
    private static final int KEPT = 1000;

    private final AtomicReference<Link> oldest;
    private volatile Link newest;

    /**
     * An event.
     *
     * @param sequence its number, from 1
     * @param time ISO 8601 with offset
     * @param event {@code state}, {@code stream}, {@code described}, {@code ending} or {@code closed}
     * @param scan the scan as it stood then
     */
    record Event(long sequence, String time, String event, ScanStatus scan) {}

    /** A place in the log: the event before it, if any, and the promise of the next. */
    static final class Link {
        private final long sequence;
        private final CompletableFuture<Next> next = new CompletableFuture<>();

        private Link(long sequence) {
            this.sequence = sequence;
        }
    }

    /** An event, and the place behind it. */
    record Next(Event event, Link behind) {}

    EventLog() {
        newest = new Link(0);
        oldest = new AtomicReference<>(newest);
    }

    void add(String time, String event, ScanStatus scan) {
        Link end = newest;
        Link behind = new Link(end.sequence + 1);
        newest = behind;
        end.next.complete(new Next(new Event(behind.sequence, time, event, scan), behind));
        if (behind.sequence - oldest.get().sequence > KEPT) {
            oldest.set(oldest.get().next.join().behind());
        }
    }

    /** Returns the place behind all events so far. */
    Link end() {
        return newest;
    }

    /** Returns the place behind an event; the oldest one there is when that was forgotten, the end when it is still to come. */
    Link behind(long sequence) {
        Link place = oldest.get();
        while (place.sequence < sequence && place.next.isDone()) {
            place = place.next.join().behind();
        }
        return place;
    }

    /** Waits for the event behind a place; null when none comes in time. */
    static @Nullable Next await(Link place, long mostNs) throws InterruptedException {
        try {
            return place.next.get(mostNs, TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a promise of an event is never broken", e);
        }
    }
}
