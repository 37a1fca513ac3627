package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.source.Numpy;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** {@code ./penstock scan} and the Python client against a daemon's HTTP port. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ControlClientsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path PYTHON = Path.of(
                    System.getProperty("penstock.root", ".."), "protocol", "clients", "python")
            .toAbsolutePath();
    private static final int MOST_LINES = 40;

    @TempDir
    private Path folder;

    private TestDaemon daemon;
    private String http;

    @BeforeEach
    void start() {
        daemon = TestDaemon.start(folder.resolve("data"));
        http = "127.0.0.1:" + daemon.daemon().httpAddress().getPort();
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void shouldRunAScanFromTheCommandLine() throws Exception {
        Said created = penstock("{sample: si, detectors: [{name: camera, frames: 3}]}", "scan", "create", "-");
        String id = created.json().path("id").asText();
        assertThat(penstock("", "scan", "start", id).json().path("state").asText())
                .isEqualTo("RUNNING");
        assertThat(penstock("positioners: {samy: {start: 1}}", "scan", "describe", id, "-")
                        .json()
                        .at("/positioners/samy/start")
                        .asInt())
                .isEqualTo(1);
        TestFrames frames = TestFrames.of(ElementType.U2, 16L, 16L);
        try (FrameStream camera = PenstockClient.open(
                daemon.address(), frames.request("camera", null).withScan(ScanRequest.join(id)))) {
            for (int index = 0; index < 3; index++) {
                camera.send(index, 0, frames.frame(index));
            }
            camera.end(null);
        }
        Said watched = penstock("", "scan", "watch", id);

        assertThat(watched.code()).isZero();
        assertThat(watched.json().path("state").asText()).isEqualTo("COMPLETE");
        assertThat(penstock("", "scan", "stop", "--reason", "again", id).json()).isEqualTo(watched.json());
        assertThat(penstock("", "scan", "status", id).json()).isEqualTo(watched.json());
        assertThat(penstock("", "scan", "list", "--state", "complete")
                        .json()
                        .at("/scans/0/id")
                        .asText())
                .isEqualTo(id);
    }

    @Test
    void shouldWatchAScanThatRuns() throws Exception {
        String id = penstock("{sample: si}", "scan", "create", "-")
                .json()
                .path("id")
                .asText();
        Process watch = new ProcessBuilder(DaemonProcess.command(List.of("scan", "watch", id, "--daemon", http)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = watch.inputReader()) {
            assertThat(JSON.readTree(said.readLine()).path("state").asText()).isEqualTo("OPEN");
            penstock("", "scan", "start", id);
            assertThat(JSON.readTree(said.readLine()).path("state").asText()).isEqualTo("RUNNING");
            penstock("", "scan", "stop", id);

            String last = said.lines().reduce((_, next) -> next).orElseThrow();
            assertThat(JSON.readTree(last).path("state").asText()).isEqualTo("COMPLETE");
            assertThat(watch.waitFor()).isZero();
        } finally {
            watch.destroyForcibly();
        }
    }

    @Test
    void shouldSayWhatIsWrongAndEndWithOne() throws Exception {
        Said refused = penstock("{sampel: si, detectors: [{name: a, frames: ten}]}", "scan", "create", "-");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.error())
                .contains("request refused: problems=2", "/sampel: unknown key", "/detectors/0/frames: expected=");
        assertThat(penstock("a: [", "scan", "create", "-").error()).contains("neither YAML nor JSON", "line=1");
        assertThat(penstock("", "scan", "status", "none").error()).contains("no such scan");
        http = "127.0.0.1:1";
        assertThat(penstock("", "scan", "list").error()).contains("no daemon answers: address=127.0.0.1:1");
    }

    @Test
    void shouldAbortAScanWhenItsBlockFails() throws Exception {
        String said = Numpy.run(folder, "json", """
                import json, sys
                sys.path.insert(0, '%s')
                sys.dont_write_bytecode = True
                import penstock_client
                try:
                    with penstock_client.create_scan('%s', sample='si') as scan:
                        raise KeyError('motor')
                except KeyError:
                    print(scan.status()['state'], scan.status()['end_reason'], scan.status()['reason'])
                try:
                    penstock_client.create_scan('%s', detectors=[{'name': 'a', 'frames': 0}])
                except penstock_client.PenstockError as error:
                    print(error.code, '/detectors/0/frames' in str(error))
                print(len(penstock_client.scans('%s', 'aborted')), penstock_client.scan('%s', scan.id).id == scan.id)
                """.formatted(PYTHON, http, http, http, http));

        assertThat(said).isEqualTo("ABORTED USER_ABORT aborted: KeyError: 'motor'\nbad_value True\n1 True");
    }

    @ParameterizedTest
    @ValueSource(strings = {"step_scan.py", "continuous_scan.py"})
    void shouldRunTheExamples(String example) throws Exception {
        ForeignReader.assumePython("numpy");
        Path script = PYTHON.resolve(example);
        try (Stream<String> lines = Files.lines(script)) {
            assertThat(lines.count()).isLessThan(MOST_LINES);
        }
        String data = "127.0.0.1:" + daemon.address().getPort();

        JsonNode scan = JSON.readTree(ForeignReader.script(script, data, http));

        assertThat(scan.path("state").asText()).as(scan.toString()).isEqualTo("COMPLETE");
        assertThat(scan.path("end_reason").asText()).isEqualTo("SUCCESS");
        assertThat(scan.path("detectors")).allSatisfy(detector -> {
            assertThat(detector.path("state").asText()).isEqualTo("complete");
            assertThat(detector.at("/counters/written").asInt()).isGreaterThan(10);
        });
    }

    /** What a command printed, and its exit code. */
    private record Said(String output, String error, int code) {
        /** The last line, which is the result. */
        JsonNode json() throws IOException {
            assertThat(output).as(error).isNotBlank();
            return JSON.readTree(
                    output.strip().lines().reduce((_, last) -> last).orElseThrow());
        }
    }

    private Said penstock(String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.addAll(List.of("--daemon", http));
        File error = Files.createTempFile(folder, "error", ".txt").toFile();
        Process process = new ProcessBuilder(DaemonProcess.command(command))
                .redirectError(error)
                .start();
        try (OutputStream stream = process.getOutputStream()) {
            stream.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(output, Files.readString(error.toPath()), process.waitFor());
    }
}
