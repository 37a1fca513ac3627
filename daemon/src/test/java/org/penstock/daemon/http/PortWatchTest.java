package org.penstock.daemon.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.http.Status;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.penstock.daemon.access.Access;
import org.penstock.daemon.access.AuditLog;
import org.penstock.daemon.access.Role;
import org.penstock.daemon.config.HttpConfig;
import org.penstock.daemon.it.Await;
import org.penstock.daemon.tls.Door;

class PortWatchTest {
    private static final HttpConfig CONFIG = new HttpConfig("127.0.0.1", 0, 16, 16, 4096, 2048, Duration.ofSeconds(30));

    @Test
    void shouldListenAgainAfterAnAcceptThatFailed() throws Exception {
        try (HttpServer server = HttpServer.prepare(
                CONFIG,
                new Door(Access.open(), new AuditLog(), null, _ -> {}),
                List.of(router -> router.get(
                        "/hello", Role.ANYONE, (_, response) -> Json.send(response, Status.OK_200, List.of("you")))))) {
            List<Thread> before = listeners();
            server.listen();
            int port = server.address().getPort();
            Thread listener = listeners().stream()
                    .filter(thread -> !before.contains(thread))
                    .findFirst()
                    .orElseThrow();
            assertThat(answer(server)).startsWith("HTTP/1.1 200 ");

            listener.interrupt(); // ends its accept by an exception, as a process that has no file descriptor left does
            Await.until("port is closed", () -> !isAnswering(server));

            Await.until("port is open again", () -> isAnswering(server));
            assertThat(server.address().getPort()).isEqualTo(port);
        }
    }

    private static List<Thread> listeners() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("server-@default-listener"))
                .toList();
    }

    private static boolean isAnswering(HttpServer server) {
        try {
            return answer(server).startsWith("HTTP/1.1 200 ");
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the first line of an answer. */
    private static String answer(HttpServer server) throws IOException {
        try (Socket socket =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            return String.valueOf(lines.readLine());
        }
    }
}
