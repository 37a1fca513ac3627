package org.penstock.daemon.control;

import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.sse.SseSink;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.http.HttpServer;
import org.penstock.daemon.http.Json;

/**
 * Server-sent events on their way to one client, who has to take them.
 *
 * <p><b>Threading:</b> confined to its request.
 */
final class EventSink implements AutoCloseable {
    private final SseSink sink;

    EventSink(ServerResponse response) {
        AtomicReference<SseSink> opened = new AtomicReference<>();
        HttpServer.write(() -> opened.set(response.sink(SseSink.TYPE)));
        sink = opened.get();
    }

    /** @param id by which the client comes back, or null */
    void emit(@Nullable String id, String name, Object data) {
        SseEvent.Builder event =
                SseEvent.builder().name(name).data(new String(Json.bytes(data), StandardCharsets.UTF_8));
        if (id != null) {
            event.id(id);
        }
        emit(event.build());
    }

    /** Says that the connection lives. */
    void heartbeat() {
        emit(SseEvent.builder().comment("still here").build());
    }

    private void emit(SseEvent event) {
        HttpServer.write(() -> sink.emit(event));
    }

    @Override
    public void close() {
        HttpServer.write(sink::close);
    }
}
