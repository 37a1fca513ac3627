package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.Report;

/** One address may have some of the connections, not all: on both ports, by real sockets of two addresses. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ConnectionLimitIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 64L, 64L);
    private static final Checksum.Kind CRC = Checksum.Kind.CRC32C;
    private static final String GREEDY = "127.0.0.1";
    private static final String OTHER = "127.0.0.2";
    private static final int SHARE = 3;
    private static final String CONFIG = """
            network: {handshake_timeout: 1 min, max_connections: 8, max_connections_per_peer: 3}
            http: {port: 0, max_connections: 8, max_connections_per_peer: 3}
            """;

    @TempDir
    private Path folder;

    private DaemonProcess daemon;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        daemon = DaemonProcess.start(
                DaemonProcess.Setting.of(folder.resolve("data")).config(CONFIG));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable connection : open) {
            connection.close();
        }
        daemon.close();
    }

    @Test
    void shouldLetOneAddressHaveItsShareOfTheDataPort() throws Exception {
        RawClient running = connect(GREEDY);
        running.greet(CRC);
        running.open(FRAMES.request("running", 4L));
        running.sendFrame(0, FRAMES, CRC);
        running.awaitWritten(1);
        RawClient idle = connect(GREEDY);
        RawClient greeted = connect(GREEDY);
        greeted.greet(CRC);

        for (int more = 0; more < 20; more++) {
            assertThat(connect(GREEDY).fatal(ErrorCode.BUSY))
                    .contains("too many connections of one address: open=3, network.max_connections_per_peer=3");
        }

        assertThat(daemon.awaitLog("problem=too many connections of one address"))
                .contains("peer=/127.0.0.1:", "open=3, limit=network.max_connections_per_peer, most=3");
        streams(connect(OTHER), "other");
        sendAll(running, 1, 4);
        assertThat(metric("network.max_connections_per_peer")).isEqualTo(20);
        assertThat(daemon.log().stream().filter(line -> line.contains("connection refused:")))
                .hasSizeLessThanOrEqualTo(10);
        idle.close();
        Await.until("who is gone makes room", () -> {
            try (RawClient next = RawClient.connect(daemon.address(), GREEDY)) {
                next.greet(CRC);
                return true;
            } catch (AssertionError _) {
                return false;
            }
        });
    }

    @Test
    void shouldSayWhenAllConnectionsAreTaken() throws Exception {
        for (String address : List.of(GREEDY, OTHER, "127.0.0.3")) {
            for (int i = 0; i < SHARE && open.size() < 8; i++) {
                connect(address).greet(CRC);
            }
        }

        assertThat(connect("127.0.0.4").fatal(ErrorCode.BUSY)).contains("network.max_connections=8");
        assertThat(daemon.awaitLog("problem=too many connections,"))
                .contains("peer=/127.0.0.4:", "limit=network.max_connections, most=8");
        assertThat(metric("network.max_connections")).isEqualTo(1);
    }

    @Test
    void shouldLetOneAddressHaveItsShareOfTheHttpPort() throws Exception {
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < SHARE; i++) {
            silent.add(http(GREEDY));
        }

        try (Socket refused = http(GREEDY)) {
            assertThat(refused.getInputStream().read()).isEqualTo(-1);
        }

        assertThat(daemon.awaitLog("limit=http.max_connections_per_peer, most=3"))
                .contains("PeerSockets: connection refused: peer=127.0.0.1:", "open=3");
        assertThat(metric("http.max_connections_per_peer")).isEqualTo(1);
        assertThat(answer(silent.getFirst())).startsWith("HTTP/1.1 200");
        Await.until("who is gone makes room", () -> answer(http(GREEDY)).startsWith("HTTP/1.1 200"));
    }

    private RawClient connect(String from) throws IOException {
        RawClient client = RawClient.connect(daemon.address(), from);
        open.add(client);
        return client;
    }

    private static void streams(RawClient client, String detector) throws IOException {
        client.greet(CRC);
        client.open(FRAMES.request(detector, 4L));
        sendAll(client, 0, 4);
    }

    private static void sendAll(RawClient client, long from, long to) throws IOException {
        for (long index = from; index < to; index++) {
            client.sendFrame(index, FRAMES, CRC);
        }
        client.end(to);
        Report report = client.report();
        assertThat(report.state()).as(report.reason()).isEqualTo(Report.COMPLETE);
        assertThat(report.framesWritten()).isEqualTo(to);
    }

    private Socket http(String from) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(daemon.httpAddress());
        open.add(socket);
        return socket;
    }

    /** Asks for something, and closes; returns the first line of the answer, empty when the daemon has closed. */
    private static String answer(Socket socket) {
        try (socket) {
            socket.getOutputStream()
                    .write("GET /api/version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String line = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
            return line == null ? "" : line;
        } catch (IOException _) {
            return "";
        }
    }

    private double metric(String reason) throws Exception {
        String name = "penstock_connections_refused_total{reason=\"" + reason + "\"} ";
        URI metrics = URI.create("http://127.0.0.1:" + daemon.httpAddress().getPort() + "/metrics");
        try (HttpClient client = HttpClient.newBuilder()
                .localAddress(InetAddress.ofLiteral(OTHER))
                .build()) {
            return client.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
