package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** What an operator's Prometheus makes of the daemon: the endpoint scraped, the rules loaded, every query of the dashboard answered with data. */
final class MonitoringIT {
    private static final Path FILES = Path.of(System.getProperty("penstock.root", ".."), "src", "monitoring");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 256L, 256L);
    private static final String RATE_WINDOW = "6s";
    private static final int FRAMES_PER_FILE = 20;

    /** Rates need several scrapes in their window, of a daemon that writes all the time. */
    private static final long WRITE_MS = 7_000;

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    @Test
    void shouldAlertOnWhatItIsForAndNotBefore() throws Exception {
        ForeignReader.assumeProgram("promtool");

        assertThat(run("promtool", "check", "rules", "penstock-alerts.yaml")).contains("SUCCESS");
        assertThat(run("promtool", "test", "rules", "penstock-alerts-test.yaml"))
                .contains("SUCCESS");
        assertThat(run("promtool", "check", "config", "--syntax-only", "prometheus.yml"))
                .contains("SUCCESS");
    }

    @Test
    void shouldTestEveryAlert() throws Exception {
        List<String> alerts = named(Files.readString(FILES.resolve("penstock-alerts.yaml")), "- alert: ");
        List<String> tested = named(Files.readString(FILES.resolve("penstock-alerts-test.yaml")), "- name: ");
        String operations = Files.readString(FILES.resolveSibling("docs").resolve("operations.md"));

        assertThat(tested).containsExactlyElementsOf(alerts).hasSizeGreaterThan(10);
        assertThat(alerts).allSatisfy(alert -> assertThat(operations).contains("`" + alert + "`"));
    }

    private static List<String> named(String yaml, String key) {
        return yaml.lines()
                .map(String::strip)
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()))
                .toList();
    }

    @Test
    void shouldAnswerEveryQueryOfTheDashboard() throws Exception {
        ForeignReader.assumeProgram("prometheus");
        try (TestDaemon daemon = TestDaemon.start(folder.resolve("data"), "http: {port: 0}\n");
                Prometheus prometheus = new Prometheus(daemon)) {
            prometheus.awaitReady();
            List<String> unanswered = writeMeanwhile(daemon, () -> unanswered(prometheus));

            assertThat(unanswered).isEmpty();
            JsonNode groups = prometheus.get("/api/v1/rules").path("data").path("groups");
            assertThat(groups.path(0).path("rules")).hasSizeGreaterThan(10).allSatisfy(rule -> {
                assertThat(rule.path("health").asText()).as(rule.toString()).isIn("ok", "unknown");
                assertThat(rule.path("lastError").asText()).isEmpty();
            });
        }
    }

    private interface Asking {
        List<String> ask() throws Exception;
    }

    /** Small files and a client that waits for the disk: files are opened and closed, and synced, all the time. */
    private static List<String> writeMeanwhile(TestDaemon daemon, Asking asking) throws Exception {
        OpenStream request = FRAMES.request("camera", null).toBuilder()
                .framesPerFile((long) FRAMES_PER_FILE)
                .ack("durable")
                .build();
        try (FrameStream stream = PenstockClient.open(daemon.address(), request)) {
            long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WRITE_MS);
            long frame = 0;
            while (System.nanoTime() < endNs) {
                FRAMES.send(stream, frame, frame + 1);
                frame++;
                Await.elapsed(2);
            }
            List<String> answer = asking.ask();
            assertThat(stream.end(frame).state()).isEqualTo(Report.COMPLETE);
            return answer;
        }
    }

    private List<String> unanswered(Prometheus prometheus) throws Exception {
        JsonNode dashboard =
                JSON.readTree(FILES.resolve("grafana-dashboard.json").toFile());
        List<String> queries = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                queries.add(target.path("expr").asText());
            }
        }
        assertThat(queries).hasSizeGreaterThan(30);
        List<String> unanswered = new ArrayList<>();
        for (String query : queries) {
            String plain = query.replace("$__rate_interval", RATE_WINDOW).replace("$instance", ".*");
            JsonNode result = prometheus.query(plain);
            boolean hasNumber = false;
            for (JsonNode series : result) {
                hasNumber |= !series.path("value").path(1).asText().equals("NaN");
            }
            if (!hasNumber) {
                unanswered.add(plain);
            }
        }
        return unanswered;
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(FILES.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** A Prometheus of its own, that scrapes every second. */
    private final class Prometheus implements AutoCloseable {
        private final int port = freePort();
        private final Process process;

        Prometheus(TestDaemon daemon) throws IOException {
            InetSocketAddress target = Objects.requireNonNull(daemon.daemon().httpAddress());
            Path config = folder.resolve("prometheus.yml");
            Files.writeString(
                    config, """
                    global: {scrape_interval: 1s, evaluation_interval: 1s}
                    rule_files: ["%s"]
                    scrape_configs:
                      - job_name: penstock
                        static_configs:
                          - targets: ["127.0.0.1:%d"]
                    """.formatted(FILES.toRealPath().resolve("penstock-alerts.yaml"), target.getPort()));
            process = new ProcessBuilder(
                            "prometheus",
                            "--config.file=" + config,
                            "--storage.tsdb.path=" + folder.resolve("tsdb"),
                            "--web.listen-address=127.0.0.1:" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("prometheus.log").toFile())
                    .start();
        }

        private static int freePort() {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void awaitReady() throws Exception {
            Await.until("Prometheus has scraped", () -> {
                assertThat(process.isAlive())
                        .as(Files.readString(folder.resolve("prometheus.log")))
                        .isTrue();
                try {
                    JsonNode up = query("up{job=\"penstock\"}");
                    return up.path(0).path("value").path(1).asText().equals("1");
                } catch (IOException e) {
                    return false; // it does not listen yet
                }
            });
        }

        JsonNode query(String query) throws IOException, InterruptedException {
            return get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8))
                    .path("data")
                    .path("result");
        }

        JsonNode get(String path) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .build();
            JsonNode answer = JSON.readTree(
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body());
            assertThat(answer.path("error").asText()).as(path).isEmpty();
            return answer;
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit()
                    .completeOnTimeout(process, 20, TimeUnit.SECONDS)
                    .join()
                    .destroyForcibly();
        }
    }
}
