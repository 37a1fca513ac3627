package org.penstock.daemon.control;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events, to one client: of one scan until it is closed, or of all scans for as long as the client listens. A client that comes back with
 * {@code Last-Event-ID} is told what it has missed, as far as that is kept.
 *
 * <p><b>Threading:</b> confined to its request.
 *
 * @param from where a new client begins
 * @param scan that is listened to, or null for all
 */
record EventStream(EventLog log, long from, @Nullable Watched scan) {
    private static final long HEARTBEAT_NS = TimeUnit.SECONDS.toNanos(10);

    private static final String BEFORE_ALL = "0";

    /** What a client is told that missed events which are not kept. */
    private static final Map<String, String> GAP =
            Map.of("detail", "events that were here are not kept any more: ask for the scans as they stand");

    /**
     * A scan as it stands.
     *
     * @param closed number of the event that told of its end, 0 for an earlier life of the daemon, or null
     */
    record Watched(ScanStatus now, @Nullable Long closed) {}

    void send(ServerRequest request, ServerResponse response) {
        String id = request.headers()
                .first(HeaderNames.create("Last-Event-ID"))
                .map(text -> text)
                .orElse(null);
        Long last = id == null ? null : sequence(id);
        boolean isKept = last != null && last >= log.oldest();
        if (scan != null && scan.closed() != null && last != null && last >= scan.closed() && !BEFORE_ALL.equals(id)) {
            response.status(Status.NO_CONTENT_204).send(); // it has had the end: an EventSource comes back no more
            return;
        }
        try (EventSink sink = new EventSink(response)) {
            if (scan != null) {
                send(sink, scan, last != null && (isKept || scan.closed() != null) ? last : null);
            } else if (isKept || id == null) {
                follow(sink, last == null ? from : last);
            } else {
                sink.emit(null, "gap", GAP);
                follow(sink, log.oldest());
            }
        } catch (InterruptedException _) {
            // the daemon stops: the client sees the end of the stream
            Thread.currentThread().interrupt();
        }
    }

    private void send(EventSink sink, Watched watched, @Nullable Long last) throws InterruptedException {
        if (last == null) {
            sink.emit(null, "state", watched.now());
        }
        if (watched.closed() != null) {
            replay(sink, watched.now(), last == null ? watched.closed() : last, watched.closed());
        } else {
            follow(sink, last == null ? from : last);
        }
    }

    /** Tells what is kept of a scan that is closed, and its end in any case. */
    private void replay(EventSink sink, ScanStatus now, long last, long closed) {
        EventLog.Event event = log.behind(last);
        while (event != null && event.sequence() < closed) {
            if (event.scan().id().equals(now.id())) {
                sink.emit(log.id(event.sequence()), event.event(), event.scan());
            }
            event = log.behind(event.sequence());
        }
        sink.emit(log.id(closed), "closed", now);
    }

    private void follow(EventSink sink, long start) throws InterruptedException {
        long place = start;
        while (true) {
            EventLog.Event event = log.await(place, HEARTBEAT_NS);
            if (event == null) {
                sink.heartbeat();
                continue;
            }
            boolean isGap = event.sequence() != place + 1;
            if (isGap && scan != null) {
                return; // the client comes back, and is told how the scan stands
            }
            if (isGap) {
                sink.emit(null, "gap", GAP);
            }
            place = event.sequence();
            if (scan == null || event.scan().id().equals(scan.now().id())) {
                sink.emit(log.id(place), event.event(), event.scan());
                if (scan != null && event.scan().isClosed()) {
                    return;
                }
            }
        }
    }

    private @Nullable Long sequence(String id) {
        try {
            return log.sequence(id);
        } catch (NumberFormatException e) {
            throw ScanRoutes.badQuery("Last-Event-ID", "the id that an event had", id);
        }
    }
}
