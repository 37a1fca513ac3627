package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** What a control system may get wrong: each is answered by name, and the scan that runs meanwhile is unharmed. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BadControlIT {
    private static final TestFrames CAMERA = TestFrames.of(ElementType.U2, 100L, 100L);
    private static final int MOST_SCANS = 5;
    private static final int BEFORE = 5;
    private static final int AFTER = 5;

    @TempDir
    private Path folder;

    private TestDaemon daemon;
    private ControlApi api;
    private String running;
    private FrameStream camera;

    @BeforeEach
    void start() throws Exception {
        daemon = TestDaemon.start(
                folder.resolve("data"), "http: {body_bytes: 256 KiB}\nlimits: {scans: " + MOST_SCANS + "}\n");
        api = new ControlApi(daemon.daemon().httpAddress(), new ApiContract());
        running = api.create("{\"sample\": \"run\", \"detectors\": [{\"name\": \"camera\", \"frames\": 10}]}")
                .path("id")
                .asText();
        camera = PenstockClient.open(
                daemon.address(), CAMERA.request("camera", null).withScan(ScanRequest.join(running)));
        send(0, BEFORE);
    }

    @AfterEach
    void theRunningScanIsUnharmed() throws Exception {
        try (TestDaemon _ = daemon;
                FrameStream stream = camera) {
            send(BEFORE, BEFORE + AFTER);
            Report report = stream.end(null);
            assertThat(report.state()).as(report.reason()).isEqualTo(Report.COMPLETE);
            Await.until("scan is closed", () -> api.get(running).path("closed").asBoolean());
            assertThat(api.get(running).path("state").asText()).isEqualTo("COMPLETE");
        }
    }

    private void send(int from, int to) throws IOException {
        for (int index = from; index < to; index++) {
            camera.send(index, 0, CAMERA.frame(index));
        }
    }

    @Test
    void shouldNameEveryWrongFieldAtOnce() throws Exception {
        JsonNode problem = create(422, """
                {"sampel": "si", "number": 0, "idle_timeout_s": "long", "master": "mine", "title": 7, "key": "",
                 "detectors": [{"name": "a", "frames": "ten", "speed": 1}, {"frames": 3}, {"name": "b"}, {"name": "b"}, 5, {"name": "../x"}]}
                """);

        assertThat(problem.path("type").asText()).isEqualTo("urn:penstock:bad_value");
        assertThat(pointers(problem))
                .containsExactlyInAnyOrder(
                        "/sampel",
                        "/number",
                        "/idle_timeout_s",
                        "/master",
                        "/title",
                        "/key",
                        "/detectors/0/frames",
                        "/detectors/0/speed",
                        "/detectors/1/name",
                        "/detectors/3/name",
                        "/detectors/4",
                        "/detectors/5/name");
    }

    @Test
    void shouldNameEveryWrongFieldOfTheMetadata() throws Exception {
        JsonNode problem = create(422, """
                {"metadata": {"sample": {"temperature": {"value": 1, "units": "bananas"}}, "sampel": {}}}""");
        assertThat(problem.path("type").asText()).isEqualTo("urn:penstock:bad_metadata");
        assertThat(pointers(problem))
                .containsExactlyInAnyOrder("/metadata/sample/temperature/units", "/metadata/sampel");

        JsonNode patch = api.call(
                422, "PATCH", "/api/scans/{id}/metadata", running, "{\"positioners\": {\"samy\": {\"start\": []}}}");
        assertThat(pointers(patch)).allMatch(pointer -> pointer.startsWith("/positioners/samy"));
        assertThat(api.call(200, "GET", "/api/scans/{id}/metadata", running, null))
                .isEmpty();
    }

    @Test
    void shouldRefuseNamesThatLeadElsewhere() throws Exception {
        for (String name : List.of("../x", "a/b", "", ".hidden", "x".repeat(200), "a\\u0000b", "ä")) {
            JsonNode problem = create(422, "{\"sample\": \"" + name + "\"}");
            assertThat(problem.path("type").asText()).as(name).isEqualTo("urn:penstock:bad_name");
            assertThat(pointers(problem)).containsExactly("/sample");
        }
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.createSymbolicLink(folder.resolve("data").resolve("link"), outside);
        for (String directory : List.of("../outside", "link", "link/deeper", "/etc")) {
            create(422, "{\"master\": \"none\", \"directory\": \"" + directory + "\"}");
        }
        try (var files = Files.list(outside)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void shouldKeepADetectorInOneScanAtATime() throws Exception {
        JsonNode problem = create(409, "{\"detectors\": [{\"name\": \"other\"}, {\"name\": \"camera\"}]}");

        assertThat(problem.path("type").asText()).isEqualTo("urn:penstock:detector_busy");
        assertThat(problem.path("detail").asText()).contains("detector=camera", "scan=" + running);
        assertThat(pointers(problem)).containsExactly("/detectors/1/name");
    }

    @Test
    void shouldForgetTheScanOfAStreamThatWasRefused() throws Exception {
        ForeignReader.assumePython("h5py");
        Path ours = Path.of(
                api.create("{\"sample\": \"bliss\"}").path("dataset_file").asText());
        Path foreign = Files.createDirectories(ours.getParent().resolveSibling("bliss_foreign"));
        ForeignReader.python(
                "import h5py, sys\nwith h5py.File(sys.argv[1], 'w') as f: f.attrs['creator'] = 'Bliss'",
                foreign.resolve("bliss_foreign.h5").toString());
        int before = scans().size();
        ScanRequest request = new ScanRequest(null, null, null, null, "bliss", "foreign", null, null, null, null);

        assertThatThrownBy(() -> PenstockClient.open(
                                daemon.address(),
                                CAMERA.request("stranger", null).withScan(request))
                        .close())
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("another program");

        assertThat(scans()).hasSize(before);
        api.create("{\"sample\": \"other\", \"detectors\": [{\"name\": \"stranger\"}]}");
    }

    private JsonNode scans() throws Exception {
        return api.call(200, "GET", "/api/scans", "", null).path("scans");
    }

    @Test
    void shouldBoundHowManyScansAreOpen() throws Exception {
        for (int scan = 2; scan < MOST_SCANS; scan++) {
            api.create("{\"sample\": \"many\"}");
        }
        try (FrameStream last = PenstockClient.open(daemon.address(), CAMERA.request("last", null))) {
            String text = "too many scans are open: open=" + MOST_SCANS + ", limits.scans=" + MOST_SCANS
                    + "; stop or abort some";
            JsonNode problem = create(503, "{\"sample\": \"many\"}");
            assertThat(problem.path("type").asText()).isEqualTo("urn:penstock:busy");
            assertThat(problem.path("detail").asText()).isEqualTo(text);
            assertThatThrownBy(() -> PenstockClient.open(daemon.address(), CAMERA.request("other", null))
                            .close())
                    .isInstanceOfSatisfying(
                            ProtocolException.class,
                            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.BUSY))
                    .hasMessageContaining(text);
            last.end(0L);
        }
    }

    @Test
    void shouldRefuseAScanNumberThatIsTaken() throws Exception {
        api.create("{\"sample\": \"n\", \"number\": 7}");

        assertThat(create(409, "{\"sample\": \"n\", \"number\": 7}")
                        .path("type")
                        .asText())
                .isEqualTo("urn:penstock:exists");
    }

    @Test
    void shouldRefuseOrdersThatCannotBe() throws Exception {
        api.call(404, "POST", "/api/scans/{id}/stop", "none", null);
        api.call(404, "GET", "/api/scans/{id}", "..%2F..", null);
        api.call(422, "POST", "/api/scans/{id}/stop", running, "{\"reason\": 7, \"force\": true}");
        api.call(422, "POST", "/api/scans/{id}/abort", running, "[]");
        api.call(400, "GET", "/api/scans?state=flying", "", null);
        Await.until(
                "first frame is here",
                () -> api.get(running).path("state").asText().equals("RUNNING"));
        assertThat(api.order(409, "arm", running).path("type").asText()).isEqualTo("urn:penstock:wrong_state");
    }

    @Test
    void shouldRefuseHugeAndBrokenBodies() throws Exception {
        // over a connection of its own: the daemon may close it
        new ControlApi(daemon.daemon().httpAddress(), new ApiContract())
                .call(413, "POST", "/api/scans", "", "{\"title\": \"" + "x".repeat(300 << 10) + "\"}");
        create(400, "{\"title\": ");
        create(400, "{\"title\": \"a\", \"title\": \"b\"}");
        create(400, "[".repeat(200) + "]".repeat(200));
        create(422, "[1, 2]");
        create(422, "null");
        assertThat(create(422, "{\"number\": 1e99}").path("errors")).hasSize(1);
    }

    private JsonNode create(int status, String body) throws Exception {
        return api.call(status, "POST", "/api/scans", "", body);
    }

    private static List<String> pointers(JsonNode problem) {
        return problem.path("errors").findValuesAsText("pointer");
    }
}
