package org.penstock.daemon.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.helidon.http.Status;
import io.helidon.http.sse.SseEvent;
import io.helidon.webserver.sse.SseSink;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.access.Access;
import org.penstock.daemon.access.AuditLog;
import org.penstock.daemon.access.Role;
import org.penstock.daemon.config.HttpConfig;
import org.penstock.daemon.tls.Door;
import org.slf4j.LoggerFactory;

class HttpServerTest {
    private static final HttpConfig CONFIG = new HttpConfig("127.0.0.1", 0, 16, 16, 4096, 2048, Duration.ofMillis(500));
    private static final Door DOOR = new Door(Access.open(), new AuditLog(), null, _ -> {});
    private static final List<String> LONG_ANSWER = List.of("x".repeat(16 << 20));

    private static HttpServer server;

    private static void routes(Router router) {
        router.get(
                        "/hello/{name}",
                        Role.ANYONE,
                        (request, response) -> Json.send(
                                response,
                                Status.OK_200,
                                List.of(request.path().pathParameters().get("name"))))
                .get("/long", Role.ANYONE, (_, response) -> Json.send(response, Status.OK_200, LONG_ANSWER))
                .post(
                        "/echo",
                        Role.ANYONE,
                        (request, response) -> Json.send(response, Status.OK_200, Json.read(request)))
                .get("/events", Role.ANYONE, (_, response) -> {
                    try (SseSink sink = response.sink(SseSink.TYPE)) {
                        sink.emit(SseEvent.builder()
                                .id("1")
                                .name("state")
                                .data("{\"a\": 1}")
                                .build());
                    }
                })
                .post("/slow", Role.ANYONE, (request, response) -> {
                    Json.read(request);
                    LockSupport.parkNanos(2 * CONFIG.idleTimeout().toNanos());
                    Json.send(response, Status.OK_200, List.of());
                })
                .post("/refuse", Role.ANYONE, (_, _) -> {
                    throw new HttpProblem(
                            HttpProblem.UNPROCESSABLE_CONTENT_422,
                            "values",
                            "two values are wrong",
                            List.of(new HttpProblem.Field("/a", "expected=1, actual=2")));
                })
                .post("/full", Role.ANYONE, (_, _) -> {
                    HttpProblem full = new HttpProblem(Status.SERVICE_UNAVAILABLE_503, "full", "no room");
                    full.initCause(new IOException("quota exceeded"));
                    throw full;
                })
                .post("/fail", Role.ANYONE, (_, _) -> {
                    throw new IllegalStateException("secret");
                });
    }

    @BeforeAll
    static void start() throws IOException {
        server = HttpServer.prepare(CONFIG, DOOR, List.of(HttpServerTest::routes));
        server.listen();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void shouldAnswerWithJson() throws Exception {
        HttpResponse<String> response = send(request("/hello/you"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("application/json");
        assertThat(response.body()).isEqualTo("[\"you\"]");
    }

    @Test
    void shouldNameTheFieldsOfARefusedBody() throws Exception {
        JsonNode problem = problem(post("/refuse", "{}"), 422, "values");

        assertThat(problem.path("title").asText()).isEqualTo("Unprocessable Content");
        assertThat(problem.path("detail").asText()).isEqualTo("two values are wrong");
        assertThat(problem.at("/errors/0/pointer").asText()).isEqualTo("/a");
        assertThat(problem.at("/errors/0/detail").asText()).isEqualTo("expected=1, actual=2");
    }

    @Test
    void shouldTellNothingOfItselfWhenItFails() throws Exception {
        JsonNode problem = problem(post("/fail", "{}"), 500, "internal");

        assertThat(problem.toString()).doesNotContain("secret").contains("request failed: number=");
    }

    @Test
    void shouldLogOnceWhyItCouldNot() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(HttpServer.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            problem(post("/full", "{}"), 503, "full");
            problem(post("/refuse", "{}"), 422, "values");
        } finally {
            logger.detachAppender(log);
        }

        assertThat(log.list).singleElement().satisfies(event -> {
            assertThat(event.getFormattedMessage()).contains("method=POST, path=/full, status=503, code=full");
            assertThat(event.getThrowableProxy().getMessage()).isEqualTo("quota exceeded");
        });
    }

    @Test
    void shouldNameTheMethodsThatAPathKnows() throws Exception {
        HttpResponse<String> response = send(request("/echo").DELETE());

        problem(response, 405, "method_not_allowed");
        assertThat(response.headers().firstValue("allow")).contains("POST");
        problem(send(request("/nowhere")), 404, "no_such_path");
    }

    @Test
    void shouldRefuseBodiesThatAreNoStrictJson() throws Exception {
        assertThat(post("/echo", "{\"a\": [1]}").body()).isEqualTo("{\"a\":[1]}");
        problem(post("/echo", "{\"a\": 1, \"a\": 2}"), 400, "json");
        problem(post("/echo", "{} {}"), 400, "json");
        problem(post("/echo", ""), 400, "json");
        problem(post("/echo", "[".repeat(100) + "]".repeat(100)), 400, "json");
        assertThat(problem(post("/echo", "{\n\"a\": x}"), 400, "json")
                        .path("detail")
                        .asText())
                .contains("line=2");
        problem(send(request("/echo").POST(BodyPublishers.ofString("{}"))), 415, "media_type");
    }

    @Test
    void shouldStreamEvents() throws Exception {
        HttpResponse<String> response = send(request("/events").header("Accept", "text/event-stream"));

        assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
        assertThat(response.body()).isEqualTo("id:1\nevent:state\ndata:{\"a\": 1}\n\n");
    }

    @Test
    void shouldRefuseALongBodyHoweverItIsSent() throws Exception {
        byte[] tooLong = ("\"" + "x".repeat(3000) + "\"").getBytes(StandardCharsets.UTF_8);

        problem(send(json("/echo").POST(BodyPublishers.ofByteArray(tooLong))), 413, "body_too_long");
        assertThat(raw("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\nbba\r\n" + new String(tooLong, StandardCharsets.UTF_8)
                        + "\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
    }

    @Test
    void shouldRefuseLongHeadersAndWhatIsNotHttp() throws Exception {
        assertThat(raw("GET /hello/a HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(5000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(raw("GET /" + "x".repeat(5000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 4");
        assertThat(raw("PSTK\1\1\0\0\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(send(request("/hello/still")).body()).isEqualTo("[\"still\"]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET /hel",
                "GET /hello/a HTTP/1.1\r\nHo",
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
            })
    void shouldCloseAConnectionThatIsSilentWhereverInItsRequest(String begin) throws Exception {
        assertThat(raw(begin)).doesNotContain(" 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /hello/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n",
                "POST /refuse HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
                "POST /refuse HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{",
                "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n",
                "POST /echo HTTP/1.1\r\nHost: evil.example.org\r\nContent-Length: 9\r\n\r\n",
            })
    void shouldCloseAConnectionWhoseBodyDoesNotComeThoughItIsAnswered(String request) throws Exception {
        assertThat(raw(request)).startsWith("HTTP/1.1 ").contains("\r\n\r\n");
    }

    @Test
    void shouldLetAConnectionGoOnWhoseBodyCameThoughNobodyReadIt() throws Exception {
        String request = "POST /refuse HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}";
        try (Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isPositive();
            String slow = "POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 2\r\n\r\n{}";
            socket.getOutputStream().write(slow.getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("TTP/1.1 422 ", "HTTP/1.1 200 ");
        }
    }

    @Test
    void shouldCloseAConnectionThatDoesNotTakeItsAnswer() throws Exception {
        List<Socket> deaf = new ArrayList<>();
        try {
            for (int peer = 0; peer < CONFIG.maxConnections(); peer++) {
                Socket socket = new Socket(
                        server.address().getAddress(), server.address().getPort());
                deaf.add(socket);
                socket.getOutputStream()
                        .write("GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }

            assertThat(raw(hello("Host: localhost"))).startsWith("HTTP/1.1 200 ");
        } finally {
            for (Socket socket : deaf) {
                socket.close();
            }
        }
    }

    @Test
    void shouldCloseAConnectionWhoseHeaderTricklesIn() throws Exception {
        try (Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write("GET /hello/a HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
            long endNs = System.nanoTime() + 20_000_000_000L;

            assertThatThrownBy(() -> {
                        while (System.nanoTime() < endNs) {
                            out.write('x');
                            LockSupport.parkNanos(20_000_000);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void shouldLetAnAnswerTakeItsTime() throws Exception {
        assertThat(post("/slow", "{}").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldRefuseWhatAWebPageSends() throws Exception {
        assertThat(raw(hello("Host: evil.example.org"))).startsWith("HTTP/1.1 403 ");
        assertThat(raw(hello("Host: localhost", "Origin: http://evil.example.org")))
                .startsWith("HTTP/1.1 403 ");
        assertThat(raw(hello("Host: localhost:1", "Origin: http://localhost:1")))
                .startsWith("HTTP/1.1 200 ");
        assertThat(raw(hello("Host: [::1]:80"))).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void shouldSayWhichPortIsTaken() {
        HttpConfig taken =
                new HttpConfig("127.0.0.1", server.address().getPort(), 16, 16, 4096, 2048, Duration.ofMillis(500));
        HttpServer second = HttpServer.prepare(taken, DOOR, List.of());

        assertThatThrownBy(second::listen)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("http.port=" + server.address().getPort())
                .hasMessageContaining("Address already in use");
        second.close();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.address().getPort() + path));
    }

    private static HttpRequest.Builder json(String path) {
        return request(path).header("Content-Type", "application/json");
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return send(json(path).POST(BodyPublishers.ofString(body)));
    }

    /** Each over a connection of its own: one that is used again may just be closed by the server, which waits half a second here. */
    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    private static JsonNode problem(HttpResponse<String> response, int status, String code) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
        JsonNode problem = new ObjectMapper().readTree(response.body());
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("type").asText()).isEqualTo("urn:penstock:" + code);
        return problem;
    }

    private static String hello(String... headers) {
        return "GET /hello/a HTTP/1.1\r\nConnection: close\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
    }

    /** Sends bytes and returns all that comes until the server closes. */
    private static String raw(String request) throws IOException {
        try (Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
