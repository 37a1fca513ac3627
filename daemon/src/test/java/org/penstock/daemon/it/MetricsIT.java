package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.metrics.Health;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** What a daemon that writes shows to who watches it, judged by Prometheus' own tool. */
final class MetricsIT {
    private static final long COUNT = 40;
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 128L, 128L);
    private static final TestFrames SMALL = TestFrames.of(ElementType.U4, 64L);

    @TempDir
    private Path dataDir;

    @Test
    void shouldCountEveryFrameAtEveryHandOver() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            assertThat(stream(daemon, "camera", FRAMES).state()).isEqualTo(Report.COMPLETE);
            assertThat(stream(daemon, "mca", SMALL).state()).isEqualTo(Report.COMPLETE);

            Map<String, Double> metrics = metrics(daemon);
            for (String step : List.of("received", "published", "compressed", "written", "journalled")) {
                assertThat(metrics).containsEntry("penstock_frames_" + step + "_total", 2.0 * COUNT);
            }
            // told before the report, by the event loop
            assertThat(metrics.get("penstock_frames_acknowledged_total")).isEqualTo(2.0 * COUNT);
            double chunks = metrics.get("penstock_chunks_written_total");
            assertThat(chunks).isBetween(2.0, 2.0 * COUNT);
            assertThat(metrics)
                    .containsEntry("penstock_received_bytes_total", (double) COUNT * (FRAMES.bytes() + SMALL.bytes()))
                    .containsEntry("penstock_frames_missing_total", 0.0)
                    .containsEntry("penstock_scans_ended_total{state=\"complete\"}", 2.0)
                    .containsEntry("penstock_streams", 0.0)
                    .containsEntry("penstock_slab_reserved_bytes", 0.0)
                    .containsEntry("penstock_disk_reserved_bytes", 0.0)
                    .containsEntry("penstock_stage_seconds_count{stage=\"total\"}", chunks)
                    // the spectra move into the scan master, in one chunk
                    .containsEntry("penstock_hdf5_call_seconds_count{call=\"write\"}", chunks + 1)
                    .containsEntry("penstock_journal_append_seconds_count", chunks);
            assertThat(metrics.get("penstock_stored_bytes_total")).isPositive();
            assertThat(metrics.get("penstock_slab_high_water_bytes")).isPositive();
            assertThat(metrics.get("penstock_hdf5_call_seconds_count{call=\"close\"}"))
                    .isPositive();
            assertThat(metrics.get("penstock_disk_free_bytes{directory=\"data\"}"))
                    .isPositive();
            assertThat(metrics.get("process_resident_memory_bytes")).isPositive();
        }
    }

    @Test
    void shouldShowADetectorWhileItStreams() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream stream = PenstockClient.open(daemon.address(), FRAMES.request("camera", COUNT))) {
            FRAMES.send(stream, 0, COUNT / 2);
            Await.until("frames come, and are written", () -> {
                Map<String, Double> now = metrics(daemon);
                return now.getOrDefault("penstock_detector_frames_total{detector=\"camera\"}", 0.0) == COUNT / 2
                        && now.getOrDefault("penstock_scans{state=\"running\"}", 0.0) == 1;
            });

            Map<String, Double> metrics = metrics(daemon);

            assertThat(metrics)
                    .containsEntry("penstock_detector_connections{detector=\"camera\"}", 1.0)
                    .containsEntry("penstock_connections", 1.0);
            assertThat(metrics.get("penstock_detector_buffers{detector=\"camera\"}"))
                    .isBetween(3.0, 32.0);
            assertThat(metrics.get("penstock_detector_credit_frames{detector=\"camera\"}"))
                    .isPositive();
            FRAMES.send(stream, COUNT / 2, COUNT);
            stream.end(COUNT);
        }
    }

    @Test
    void shouldCountAScanInOneStateFromItsCreationOn() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            ControlApi api = new ControlApi(daemon.daemon().httpAddress(), new ApiContract());
            String id = api.create("{}").path("id").asText();
            assertThat(scans(daemon)).isEqualTo(Map.of("open", 1.0));
            api.order(200, "arm", id);
            assertThat(scans(daemon)).isEqualTo(Map.of("armed", 1.0));
            api.order(200, "start", id);
            assertThat(scans(daemon)).isEqualTo(Map.of("running", 1.0));
            api.order(200, "stop", id);
            assertThat(scans(daemon)).isEmpty();
        }
    }

    /** Returns the states in which scans are. */
    private static Map<String, Double> scans(TestDaemon daemon) throws Exception {
        Map<String, Double> states = new TreeMap<>();
        metrics(daemon).forEach((name, value) -> {
            if (name.startsWith("penstock_scans{") && value > 0) {
                states.put(name.replaceAll(".*state=\"(.*)\".*", "$1"), value);
            }
        });
        return states;
    }

    @Test
    void shouldPleaseTheToolOfPrometheus() throws Exception {
        ForeignReader.assumeProgram("promtool");
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            stream(daemon, "camera", FRAMES);

            Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                    .redirectErrorStream(true)
                    .start();
            try (var page = promtool.getOutputStream()) {
                daemon.daemon().watch().metrics().write(null, page);
            }

            String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            // jvm_threads_… and the like are the library's
            assertThat(said.lines().filter(line -> line.contains("penstock_"))).isEmpty();
            assertThat(promtool.waitFor()).as(said).isIn(0, 3);
        }
    }

    @Test
    void shouldSayThatItIsWellAndWhyItIsNotReady() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir, "storage: {free_bytes_min: 1024 GiB}\n")) {
            Health health = daemon.daemon().watch().health();

            assertThat(health.live().isWell()).isTrue();
            Await.until("the disk is looked at", () -> !health.ready().isWell());
            assertThat(health.ready().reasons())
                    .singleElement()
                    .satisfies(reason -> assertThat(reason.problem())
                            .startsWith("no room for another stream: directory=data, freeBytes=")
                            .endsWith("; make room"));
            daemon.stop();
            assertThat(health.ready().reasons())
                    .extracting(Health.Reason::check)
                    .contains("listener");
        }
    }

    @Test
    void shouldAnswerOverHttp() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir, "http: {port: 0}\n");
                HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> page = get(http, daemon, "/metrics");
            HttpResponse<String> live = get(http, daemon, "/health/live");
            HttpResponse<String> ready = get(http, daemon, "/health/ready");

            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("content-type").orElseThrow()).startsWith("text/plain; version=0.0.4");
            assertThat(page.body()).contains("# TYPE penstock_frames_received_total counter");
            assertThat(live.statusCode()).isEqualTo(200);
            assertThat(live.body()).isEqualTo("{\"status\":\"ok\",\"reasons\":[]}");
            assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
        }
    }

    @Test
    void shouldSayOverHttpWhyItIsNotReady() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir, "http: {port: 0}\nstorage: {free_bytes_min: 1024 GiB}\n");
                HttpClient http = HttpClient.newHttpClient()) {
            Await.until(
                    "the disk is looked at",
                    () -> get(http, daemon, "/health/ready").statusCode() == 503);

            assertThat(get(http, daemon, "/health/ready").body())
                    .startsWith("{\"status\":\"failing\",\"reasons\":[{\"check\":\"disk\",\"problem\":\"no room");
            assertThat(get(http, daemon, "/health/live").statusCode()).isEqualTo(200);
        }
    }

    private static HttpResponse<String> get(HttpClient http, TestDaemon daemon, String path) throws Exception {
        int port = Objects.requireNonNull(daemon.daemon().httpAddress()).getPort();
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static Report stream(TestDaemon daemon, String detector, TestFrames frames) throws IOException {
        OpenStream request = frames.request(detector, COUNT);
        try (FrameStream stream = PenstockClient.open(daemon.address(), request)) {
            frames.send(stream, 0, COUNT);
            return stream.end(COUNT);
        }
    }

    /** Reads the text format as far as it needs: name with labels, value. */
    private static Map<String, Double> metrics(TestDaemon daemon) throws IOException {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        daemon.daemon().watch().metrics().write(null, page);
        Map<String, Double> metrics = new TreeMap<>();
        page.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> metrics.put(
                        line.substring(0, line.lastIndexOf(' ')), number(line.substring(line.lastIndexOf(' ') + 1))));
        return metrics;
    }

    private static double number(String text) {
        return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
    }
}
