package org.penstock.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.penstock.daemon.access.Access;
import org.penstock.daemon.access.AuditLog;
import org.penstock.daemon.access.Role;
import org.penstock.daemon.config.HttpConfig;
import org.penstock.daemon.http.HttpServer;
import org.penstock.daemon.it.Await;
import org.penstock.daemon.tls.Door;

/** What clients are told that come, come back, or do not listen. */
class EventStreamTest {
    private static final HttpConfig CONFIG = new HttpConfig("127.0.0.1", 0, 16, 16, 4096, 2048, Duration.ofMillis(500));
    private static final ScanStatus OPEN = SampleStatus.of("a", false);
    private static final ScanStatus CLOSED = SampleStatus.of("a", true);
    private static final ScanStatus OTHER = SampleStatus.of("b", false);

    private final EventLog log = new EventLog(77);
    private volatile EventStream.@Nullable Watched scan;
    private final AtomicInteger ended = new AtomicInteger();
    private HttpServer server;
    private HttpClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.prepare(
                CONFIG,
                new Door(Access.open(), new AuditLog(), null, _ -> {}),
                List.of(router -> router.get("/events", Role.ANYONE, (request, response) -> {
                    try {
                        new EventStream(log, log.newest(), scan).send(request, response);
                    } finally {
                        ended.incrementAndGet();
                    }
                })));
        server.listen();
        client = HttpClient.newHttpClient();
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        server.close();
    }

    @Test
    void shouldEndForWhoComesBackWithTheEndUnheard() throws Exception {
        close();

        assertThat(events("77-1")).containsExactly("77-3 described", "77-4 closed");
        assertThat(events("77-3")).containsExactly("77-4 closed");
    }

    @Test
    void shouldTellWhoHasHeardTheEndToComeBackNoMore() throws Exception {
        close();

        assertThat(get("77-4").statusCode()).isEqualTo(204);
        assertThat(get("77-5").statusCode()).isEqualTo(204);
    }

    @Test
    void shouldTellTheEndThoughItIsKeptNoMore() throws Exception {
        close();
        add(EventLog.KEPT, OTHER);

        assertThat(events("77-1")).containsExactly("77-4 closed");
        assertThat(get("77-4").statusCode()).isEqualTo(204);
    }

    @Test
    void shouldBeginAnewForWhoComesFromAnEarlierDaemonOrForTheFirstTime() throws Exception {
        close();

        assertThat(events("76-230")).containsExactly("state", "77-4 closed");
        assertThat(events("230")).containsExactly("state", "77-4 closed");
        assertThat(events(null)).containsExactly("state", "77-4 closed");
    }

    @Test
    void shouldTellTheEndOfAnEarlierLifeOnce() throws Exception {
        scan = new EventStream.Watched(CLOSED, 0L);

        assertThat(events("76-230")).containsExactly("state", "77-0 closed");
        assertThat(events("0")).containsExactly("77-0 closed");
        assertThat(get("77-0").statusCode()).isEqualTo(204);
    }

    @Test
    void shouldFollowAScanToItsEnd() throws Exception {
        scan = new EventStream.Watched(OPEN, null);
        try (Stream<String> lines = listen(null)) {
            Iterator<String> events = names(lines).iterator();
            assertThat(events.next()).isEqualTo("state");
            close();
            assertThat(List.of(events.next(), events.next(), events.next()))
                    .containsExactly("77-1 state", "77-3 described", "77-4 closed");
            assertThat(events.hasNext()).isFalse();
        }
    }

    @Test
    void shouldSayThatEventsAreMissing() throws Exception {
        add(EventLog.KEPT + 2, OTHER);

        for (String forgotten : List.of("77-1", "0", "76-1")) {
            try (Stream<String> lines = listen(forgotten)) {
                Iterator<String> events = names(lines).iterator();
                assertThat(events.next()).isEqualTo("gap");
                assertThat(events.next()).isEqualTo("77-3 state");
            }
        }
        try (Stream<String> lines = listen("77-2")) {
            assertThat(names(lines).iterator().next()).isEqualTo("77-3 state");
        }
    }

    @Test
    void shouldEndAClientThatDoesNotRead() throws Exception {
        try (Socket deaf =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            deaf.getOutputStream()
                    .write("GET /events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 0\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));

            Await.until("client is ended", () -> {
                add(200, OTHER);
                return ended.get() > 0;
            });
        }
    }

    /** Four events, the last of which closes the scan. */
    private void close() {
        log.add("state", OPEN);
        log.add("state", OTHER);
        log.add("described", OPEN);
        scan = new EventStream.Watched(CLOSED, log.newest() + 1);
        log.add("closed", CLOSED);
    }

    private void add(int events, ScanStatus status) {
        for (int event = 0; event < events; event++) {
            log.add("state", status);
        }
    }

    private HttpResponse<String> get(@Nullable String last) throws Exception {
        return client.send(request(last), BodyHandlers.ofString());
    }

    private List<String> events(@Nullable String last) throws Exception {
        return names(get(last).body().lines()).toList();
    }

    private Stream<String> listen(@Nullable String last) throws Exception {
        return client.send(request(last), BodyHandlers.ofLines()).body();
    }

    private HttpRequest request(@Nullable String last) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.address().getPort() + "/events"));
        return (last == null ? request : request.header("Last-Event-ID", last)).build();
    }

    /** Returns each event's id, if it has one, and its name. */
    private static Stream<String> names(Stream<String> lines) {
        StringBuilder id = new StringBuilder();
        return lines.<String>mapMulti((line, events) -> {
            if (line.startsWith("id:")) {
                id.append(line.substring("id:".length())).append(' ');
            } else if (line.startsWith("event:")) {
                events.accept(id + line.substring("event:".length()));
                id.setLength(0);
            }
        });
    }
}
