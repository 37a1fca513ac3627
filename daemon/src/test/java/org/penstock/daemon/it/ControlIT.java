package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.LimaSaving;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Scans that are created, run and ended over HTTP, with detectors that join them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ControlIT {
    private static final Logger LOG = LoggerFactory.getLogger(ControlIT.class);
    private static final TestFrames CAMERA = TestFrames.of(ElementType.U2, 64L, 64L);
    private static final TestFrames DIODE = TestFrames.of(ElementType.F8);

    /** What is aimed at on a quiet machine, and how much more a busy one may need. */
    private static final double CREATING_MS = 20;

    private static final double STOPPING_MS = 50;
    private static final double NOISE = 3;

    @TempDir
    private Path dataDir;

    private TestDaemon daemon;
    private ApiContract contract;
    private ControlApi api;

    @BeforeEach
    void start() throws IOException {
        contract = new ApiContract();
        begin(TestDaemon.start(dataDir));
    }

    private void begin(TestDaemon started) {
        daemon = started;
        api = new ControlApi(daemon.daemon().httpAddress(), contract);
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void shouldRunAScanFromItsCreationToItsEnd() throws Exception {
        JsonNode created = api.create("""
                {"sample": "si", "dataset": "d", "title": "ascan samy 0 1 2 0.1",
                 "detectors": [{"name": "camera", "frames": 12}, {"name": "diode"}],
                 "metadata": {"scan_type": "ascan", "positioners": {"samy": {"units": "mm", "start": 0.5}}}}
                """);
        String id = created.path("id").asText();
        assertThat(created.path("state").asText()).isEqualTo("OPEN");
        assertThat(created.path("writer_status").asText()).isEqualTo("STARTING");
        assertThat(created.at("/detectors/0/state").asText()).isEqualTo("expected");
        ControlApi.Events events = api.listen("/api/scans/" + id + "/events", null);
        events.await("state");
        JsonNode refused = api.order(409, "arm", id);
        assertThat(refused.path("detail").asText()).contains("absent=camera diode");

        try (FrameStream camera = open(CAMERA, "camera", null, id);
                FrameStream diode = open(DIODE, "diode", 12L, id)) {
            events.await("stream");
            assertThat(api.order(200, "arm", id).path("state").asText()).isEqualTo("ARMED");
            assertThat(api.order(200, "arm", id).path("state").asText()).isEqualTo("ARMED");
            assertThat(api.order(200, "start", id).path("writer_status").asText())
                    .isEqualTo("RUNNING");
            JsonNode metadata = api.call(200, "PATCH", "/api/scans/{id}/metadata", id, """
                    {"positioners": {"samy": {"end": 1.5}}, "sample": {"temperature": {"value": 100, "units": "K"}}}
                    """);
            assertThat(metadata.at("/positioners/samy/start").asDouble()).isEqualTo(0.5);
            assertThat(api.call(200, "GET", "/api/scans/{id}/metadata", id, null))
                    .isEqualTo(metadata);
            send(camera, CAMERA, 12);
            send(diode, DIODE, 12);
            assertThat(camera.end(null).state()).isEqualTo(Report.COMPLETE);
            assertThat(api.get(id).at("/detectors/0/counters/written").asInt()).isEqualTo(12);
            assertThat(diode.end(null).state()).isEqualTo(Report.COMPLETE);
        }
        JsonNode closed = events.await("closed");
        assertThat(closed.path("state").asText()).isEqualTo("COMPLETE");
        assertThat(closed.path("end_reason").asText()).isEqualTo("SUCCESS");
        assertThat(api.get(id)).isEqualTo(closed);
        assertThat(api.order(200, "stop", id)).isEqualTo(closed);
        api.call(409, "PATCH", "/api/scans/{id}/metadata", id, "{}");
        assertThat(file(closed, """
                e = f["1.1"]
                print(e["writer/status"][()].decode(), e["end_reason"][()].decode(), e["title"][()].decode(),
                              e["measurement/camera"].shape, e["measurement/diode"].shape,
                      e["instrument/positioners_start/samy"][()], e["instrument/positioners_end/samy"][()], e["sample/temperature"][()])
                """))
                .isEqualTo("SUCCEEDED SUCCESS ascan samy 0 1 2 0.1 (12, 64, 64) (12,) 0.5 1.5 100");
    }

    @Test
    void shouldEndWithWhatCameWhenItIsStopped() throws Exception {
        String id = api.create("{\"sample\": \"si\"}").path("id").asText();
        try (FrameStream camera = open(CAMERA, "camera", null, id)) {
            send(camera, CAMERA, 7);
            awaitWritten(camera, 7);
            JsonNode stopped = api.call(200, "POST", "/api/scans/{id}/stop", id, "{\"reason\": \"lunch\"}");

            assertThat(stopped.path("state").asText()).isEqualTo("COMPLETE");
            assertThat(stopped.path("reason").asText()).isEqualTo("stopped: lunch");
            assertThat(stopped.at("/detectors/0/counters/written").asInt()).isEqualTo(7);
            assertThat(camera.end(null).state()).isEqualTo(Report.COMPLETE);
            assertThat(file(stopped, "print(f['1.1/measurement/camera'].shape, f['1.1/end_reason'][()].decode())"))
                    .isEqualTo("(7, 64, 64) SUCCESS");
        }
        assertRefused(ErrorCode.UNKNOWN_SCAN, () -> open(CAMERA, "late", null, id));
    }

    @Test
    void shouldSayThatFramesAreMissingWhenItIsStoppedBeforeAllHaveCome() throws Exception {
        String id = api.create("{\"detectors\": [{\"name\": \"camera\", \"frames\": 100}, {\"name\": \"diode\"}]}")
                .path("id")
                .asText();
        try (FrameStream camera = open(CAMERA, "camera", 100L, id)) {
            send(camera, CAMERA, 3);
            awaitWritten(camera, 3);
            JsonNode stopped = api.order(200, "stop", id);

            assertThat(stopped.path("state").asText()).isEqualTo("INCOMPLETE");
            assertThat(stopped.path("reason").asText()).isEqualTo("stopped, absent=diode, incomplete=camera");
            assertThat(stopped.path("end_reason").asText()).isEqualTo("FAILURE");
            assertThat(stopped.at("/detectors/0/state").asText()).isEqualTo("incomplete");
            assertThat(stopped.at("/detectors/1/state").asText()).isEqualTo("expected");
        }
    }

    @Test
    void shouldBreakOffAScanThatIsAborted() throws Exception {
        String id = api.create("{}").path("id").asText();
        try (FrameStream camera = open(CAMERA, "camera", null, id)) {
            send(camera, CAMERA, 5);
            awaitWritten(camera, 5);
            JsonNode aborted = api.call(200, "POST", "/api/scans/{id}/abort", id, "{\"reason\": \"beam lost\"}");

            assertThat(aborted.path("state").asText()).isEqualTo("ABORTED");
            assertThat(aborted.path("end_reason").asText()).isEqualTo("USER_ABORT");
            assertThat(aborted.at("/detectors/0/state").asText()).isEqualTo("aborted");
            assertThat(api.order(200, "abort", id)).isEqualTo(aborted);
            assertThat(file(
                            aborted,
                            "e = f['1.1']\nprint(e['measurement/camera'].shape, e['writer/status'][()].decode())"))
                    .isEqualTo("(5, 64, 64) FAILED");
        }
    }

    @Test
    void shouldEndByItselfWhenNobodyComes() throws Exception {
        JsonNode created = api.create("{\"idle_timeout_s\": 0.2}");
        ControlApi.Events events = api.listen("/api/scans/" + created.path("id").asText() + "/events", null);

        JsonNode closed = events.await("closed");

        assertThat(closed.path("state").asText()).isEqualTo("ABORTED");
        assertThat(closed.path("end_reason").asText()).isEqualTo("DELETION");
        assertThat(closed.path("reason").asText()).contains("no stream came");
    }

    @Test
    void shouldSayAfterWhatTimeAScanEndsAlsoWhenThatChanges() throws Exception {
        String id = api.create("{}").path("id").asText();
        assertThat(api.get(id).path("idle_timeout_s").asDouble()).isEqualTo(60);

        daemon.daemon()
                .reload(TestDaemon.config(dataDir, "scan: {idle_timeout: 70 s}\n")
                        .withPort(0)
                        .withHttpPort(0));

        Await.until("it is taken", () -> api.get(id).path("idle_timeout_s").asDouble() == 70);
    }

    @Test
    void shouldCreateOneScanForOneKey() throws Exception {
        String request = "{\"key\": \"k 1\", \"sample\": \"si\", \"detectors\": [{\"name\": \"camera\"}]}";
        JsonNode first = api.create(request);
        JsonNode again = api.call(200, "POST", "/api/scans", "", request);

        assertThat(again).isEqualTo(first);
        JsonNode other = api.call(409, "POST", "/api/scans", "", "{\"key\": \"k 1\", \"sample\": \"ge\"}");
        assertThat(other.path("type").asText()).isEqualTo("urn:penstock:key_reused");
        daemon.close();
        begin(TestDaemon.start(dataDir));
        assertThat(api.call(200, "POST", "/api/scans", "", request).path("id")).isEqualTo(first.path("id"));
    }

    @Test
    void shouldKnowEndedScansAfterARestart() throws Exception {
        String request = "{\"key\": \"k 2\", \"detectors\": [{\"name\": \"camera\", \"frames\": 4}]}";
        String id = api.create(request).path("id").asText();
        ControlApi.Events events = api.listen("/api/scans/" + id + "/events", null);
        try (FrameStream camera = open(CAMERA, "camera", 4L, id)) {
            send(camera, CAMERA, 4);
            assertThat(camera.end(null).state()).isEqualTo(Report.COMPLETE);
        }
        JsonNode closed = events.await("closed");
        Files.writeString(dataDir.resolve(".penstock/scans/damaged.json"), "{");
        daemon.close();
        begin(TestDaemon.start(dataDir));

        assertThat(api.get(id)).isEqualTo(closed);
        assertThat(api.order(200, "stop", id)).isEqualTo(closed);
        assertThat(api.call(200, "GET", "/api/scans?state=complete", "", null).at("/scans/0"))
                .isEqualTo(closed);
        assertThat(api.call(200, "POST", "/api/scans", "", request)).isEqualTo(closed);
        assertThat(api.call(404, "GET", "/api/scans/{id}", "damaged", null)
                        .path("detail")
                        .asText())
                .contains("ended long ago");
    }

    @Test
    void shouldGoOnAfterARestartWithNoStreamYet() throws Exception {
        String id = api.create(
                        "{\"detectors\": [{\"name\": \"camera\", \"frames\": 4}], \"metadata\": {\"title\": \"t\"}}")
                .path("id")
                .asText();
        daemon.close();
        begin(TestDaemon.start(dataDir));

        assertThat(api.get(id).path("state").asText()).isEqualTo("OPEN");
        assertThat(api.get(id).path("title").asText()).isEqualTo("t");
        assertRefused(ErrorCode.UNKNOWN_DETECTOR, () -> open(CAMERA, "other", null, id));
        try (FrameStream camera = open(CAMERA, "camera", 4L, id)) {
            send(camera, CAMERA, 4);
            assertThat(camera.end(null).state()).isEqualTo(Report.COMPLETE);
        }
        Await.until("scan is closed", () -> api.get(id).path("closed").asBoolean());
        assertThat(api.get(id).path("state").asText()).isEqualTo("COMPLETE");
    }

    @Test
    void shouldWritePartFilesAloneWhereAnotherProgramHasTheMasters() throws Exception {
        Files.createDirectories(dataDir.resolve("bliss"));
        JsonNode created = api.create(
                "{\"master\": \"none\", \"directory\": \"bliss/scan0007\", \"detectors\": [{\"name\": \"camera\"}]}");
        String id = created.path("id").asText();
        OpenStream request = CAMERA.request("camera", 6L).withScan(ScanRequest.join(id)).toBuilder()
                .lima(new LimaSaving(null, "cam_", null, null, null, null, null, null, null))
                .build();
        try (FrameStream camera = PenstockClient.open(daemon.address(), request)) {
            send(camera, CAMERA, 6);
            assertThat(camera.end(null).files())
                    .containsExactly(
                            dataDir.resolve("bliss/scan0007/cam_0000.h5").toString());
        }
        Await.until("scan is closed", () -> api.get(id).path("closed").asBoolean());
        assertThat(api.get(id).has("scan_file")).isFalse();
        // the journal goes a moment after the last part is on the disk
        Await.until("part file is alone", () -> {
            try (Stream<Path> files = Files.list(dataDir.resolve("bliss/scan0007"))) {
                return files.toList().equals(List.of(dataDir.resolve("bliss/scan0007/cam_0000.h5")));
            }
        });
    }

    @Test
    void shouldKnowAScanThatWasCreatedWithNothingButANumberOfStreams() throws Exception {
        Files.createDirectories(dataDir.resolve("bliss"));
        String id = api.create("{\"master\": \"none\", \"directory\": \"bliss/scan0008\", \"streams\": 2}")
                .path("id")
                .asText();
        OpenStream outside = CAMERA.request("camera", 2L).withScan(ScanRequest.join(id)).toBuilder()
                .lima(new LimaSaving("bliss/elsewhere", "cam_", null, null, null, null, null, null, null))
                .build();
        assertRefused(ErrorCode.BAD_VALUE, () -> PenstockClient.open(daemon.address(), outside));
        daemon.close();
        begin(TestDaemon.start(dataDir));

        assertThat(api.get(id).path("state").asText()).isEqualTo("OPEN");
        for (String detector : List.of("camera", "other")) {
            try (FrameStream stream = open(CAMERA, detector, 2L, id)) {
                send(stream, CAMERA, 2);
                assertThat(stream.end(null).files())
                        .containsExactly(dataDir.resolve("bliss/scan0008/" + detector + "_0000.h5")
                                .toString());
            }
        }
        Await.until("scan is closed", () -> api.get(id).path("closed").asBoolean());
        assertThat(api.get(id).path("state").asText()).isEqualTo("COMPLETE");
    }

    @Test
    void shouldCreateAndStopFastEnoughForShortScans() throws Exception {
        int scans = 25;
        double[] creatingMs = new double[scans];
        double[] stoppingMs = new double[scans];
        for (int scan = 0; scan < scans; scan++) {
            String id = api.create("{\"sample\": \"fast\", \"detectors\": [{\"name\": \"camera\"}]}")
                    .path("id")
                    .asText();
            creatingMs[scan] = api.lastCallMs();
            try (FrameStream camera = open(CAMERA, "camera", null, id)) {
                send(camera, CAMERA, 10);
                awaitWritten(camera, 10);
                assertThat(api.order(200, "stop", id).path("state").asText()).isEqualTo("COMPLETE");
                stoppingMs[scan] = api.lastCallMs();
            }
        }
        Arrays.sort(creatingMs);
        Arrays.sort(stoppingMs);
        LOG.info(
                "create to ready: median {} ms, p95 {} ms; stop to closed: median {} ms, p95 {} ms",
                creatingMs[scans / 2],
                creatingMs[scans * 95 / 100],
                stoppingMs[scans / 2],
                stoppingMs[scans * 95 / 100]);
        assertThat(creatingMs[scans / 2]).isLessThan(NOISE * CREATING_MS);
        assertThat(stoppingMs[scans / 2]).isLessThan(NOISE * STOPPING_MS);
    }

    @Test
    void shouldAnswerAllThatTheDocumentPromises() throws Exception {
        String id = api.create("{\"key\": \"all\"}").path("id").asText();
        ControlApi.Events all = api.listen("/api/events", "0");
        assertThat(all.await("state").path("id").asText()).isEqualTo(id);
        api.call(200, "POST", "/api/scans", "", "{\"key\": \"all\"}");
        api.get(id);
        api.call(200, "GET", "/api/version", "", null);
        assertThat(api.call(200, "GET", "/api/openapi.yaml", "", null).asText()).startsWith("openapi: 3.1.0");
        assertThat(api.call(200, "GET", "/api/scans?state=open", "", null).path("scans"))
                .hasSize(1);
        api.order(200, "arm", id);
        api.order(200, "start", id);
        api.call(200, "GET", "/api/scans/{id}/metadata", id, null);
        api.call(200, "PATCH", "/api/scans/{id}/metadata", id, "{\"title\": \"x\"}");
        try (FrameStream camera = open(CAMERA, "camera", 10L, id)) {
            send(camera, CAMERA, 1);
            api.call(202, "POST", "/api/scans/{id}/stop", id, "{\"wait_s\": 0}");
            api.call(202, "POST", "/api/scans/{id}/abort", id, "{\"wait_s\": 0}");
            api.order(200, "abort", id);
            api.order(200, "stop", id);
        }
        String events = api.call(200, "GET", "/api/scans/{id}/events", id, null).asText();
        assertThat(events).startsWith("event:state\n");
        String last = events.lines()
                .filter(line -> line.startsWith("id:"))
                .reduce((_, next) -> next)
                .orElseThrow();
        assertThat(api.resume("/api/scans/" + id + "/events", last.substring("id:".length())))
                .isEqualTo(204);
        contract.seen().add("GET /api/scans/{id}/events 204");
        contract.seen().add("GET /api/events 200"); // it has no end, and was listened to above

        assertThat(contract.seen()).containsAll(contract.successes());
    }

    private FrameStream open(TestFrames frames, String detector, Long count, String scan) throws IOException {
        return PenstockClient.open(
                daemon.address(), frames.request(detector, count).withScan(ScanRequest.join(scan)));
    }

    private static void send(FrameStream stream, TestFrames frames, int count) throws IOException {
        for (int index = 0; index < count; index++) {
            stream.send(index, 0, frames.frame(index));
        }
    }

    private static void awaitWritten(FrameStream stream, long frames) throws Exception {
        Await.until(frames + " frames are written", () -> stream.writtenBelow() >= frames);
    }

    private interface Opening {
        FrameStream open() throws IOException;
    }

    private static void assertRefused(ErrorCode code, Opening opening) throws IOException {
        try (FrameStream stream = opening.open()) {
            throw new AssertionError("opened: " + stream.opened());
        } catch (ProtocolException e) {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
        }
    }

    private static String file(JsonNode scan, String statements) {
        ForeignReader.assumePython("h5py, hdf5plugin");
        return ForeignReader.h5py(Path.of(scan.path("scan_file").asText()), "import hdf5plugin\n" + statements);
    }
}
