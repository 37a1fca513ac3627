package org.penstock.daemon.control;

import io.helidon.http.HeaderNames;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.sse.SseSink;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.http.Json;

/**
 * Server-sent events, to one client: of one scan until it is closed, or of all scans for as long as the client listens. A client that comes back with
 * {@code Last-Event-ID} is told what it has missed.
 *
 * <p><b>Threading:</b> confined to its request.
 *
 * @param from where a new client begins
 * @param now the scan as it stands, or null for all scans
 */
record EventStream(
        EventLog log, EventLog.Link from, @Nullable ScanStatus now) {
    private static final long HEARTBEAT_NS = TimeUnit.SECONDS.toNanos(10);

    void send(ServerRequest request, ServerResponse response) {
        Long last = lastSeen(request);
        EventLog.Link place = last == null ? from : log.behind(last);
        try (SseSink sink = response.sink(SseSink.TYPE)) {
            if (now != null && last == null) {
                // what was before; an event that came since is told once more
                sink.emit(event(null, "state", now));
                if (now.isClosed()) {
                    return;
                }
            }
            follow(sink, place);
        } catch (InterruptedException _) {
            // the daemon stops: the client sees the end of the stream
            Thread.currentThread().interrupt();
        }
    }

    private void follow(SseSink sink, EventLog.Link start) throws InterruptedException {
        EventLog.Link place = start;
        while (true) {
            EventLog.Next next = EventLog.await(place, HEARTBEAT_NS);
            if (next == null) {
                sink.emit(SseEvent.builder().comment("still here").build());
                continue;
            }
            place = next.behind();
            EventLog.Event event = next.event();
            if (now == null || event.scan().id().equals(now.id())) {
                sink.emit(event(event.sequence(), event.event(), event.scan()));
                if (now != null && event.scan().isClosed()) {
                    return;
                }
            }
        }
    }

    private static SseEvent event(@Nullable Long sequence, String name, ScanStatus scan) {
        SseEvent.Builder event =
                SseEvent.builder().name(name).data(new String(Json.bytes(scan), StandardCharsets.UTF_8));
        if (sequence != null) {
            event.id(Long.toString(sequence));
        }
        return event.build();
    }

    private static @Nullable Long lastSeen(ServerRequest request) {
        String id = request.headers()
                .first(HeaderNames.create("Last-Event-ID"))
                .map(text -> text)
                .orElse(null);
        if (id == null) {
            return null;
        }
        try {
            return Long.valueOf(id);
        } catch (NumberFormatException e) {
            throw ScanRoutes.badQuery("Last-Event-ID", "a number that an event had", id);
        }
    }
}
