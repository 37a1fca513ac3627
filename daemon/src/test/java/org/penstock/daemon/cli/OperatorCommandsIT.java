package org.penstock.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.it.TestDaemon;
import org.penstock.daemon.it.TestFrames;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import picocli.CommandLine;

/** The commands of an operator: status, doctor, config. */
final class OperatorCommandsIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private record Said(int code, String out, String errors) {
        JsonNode json() throws Exception {
            return JSON.readTree(out);
        }
    }

    private static Said run(String... arguments) {
        CommandLine line = Penstock.commandLine();
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(errors));
        return new Said(line.execute(arguments), out.toString(), errors.toString());
    }

    @Test
    void shouldShowAScanThatRuns() throws Exception {
        TestFrames frames = TestFrames.of(ElementType.U2, 64L, 64L);
        try (TestDaemon daemon = TestDaemon.start(folder);
                FrameStream stream = PenstockClient.open(daemon.address(), frames.request("eiger", 100L))) {
            frames.send(stream, 0, 30);

            Said screen = run("status", "--to", text(daemon.address()));
            Said json = run("status", "--json", "--to", text(daemon.address()));

            assertThat(screen.code()).as(screen.errors()).isZero();
            assertThat(screen.out().lines())
                    .anyMatch(line -> line.matches("daemon +penstockd/\\S+ at 127.0.0.1:\\d+, up \\d+ s"))
                    .anyMatch(line -> line.matches("writer +moves"))
                    .anyMatch(line -> line.startsWith("scans    0 open, 0 armed, 1 running, 0 suspended; "))
                    .anyMatch(line -> line.matches("disk +data: \\d.* free of .*"))
                    .anyMatch(line -> line.matches("eiger +1\\.1 +30 of 100 +0\\.0 +0 +\\d+ +\\d+/\\d+ +1  streams"));
            assertThat(json.json().path("rates").path("frames_per_second").isNumber())
                    .isTrue();
            assertThat(json.json()
                            .path("report")
                            .path("detectors")
                            .path(0)
                            .path("received_frames")
                            .asInt())
                    .isEqualTo(30);
            frames.send(stream, 30, 100);
            stream.end(100L);
        }
    }

    @Test
    void shouldSayWhatItIsMadeOf() {
        Said said = run("--version");

        assertThat(said.out().lines())
                .anyMatch(line -> line.matches("penstock \\d+\\.\\d+\\.\\d+, commit \\S+"))
                .anyMatch(line -> line.equals("wire protocol 1, journals 2 (reads 1 to 2)"))
                .anyMatch(line -> line.matches("libhdf5 1\\.14\\.\\d+ \\(.*\\)"))
                .anyMatch(line -> line.matches("netty 4\\.\\S+, native epoll"));
    }

    @Test
    void shouldSayThatNoDaemonAnswers() {
        Said said = run("status", "--to", "127.0.0.1:1");

        assertThat(said.code()).isEqualTo(1);
        assertThat(said.errors())
                .startsWith("status: no daemon answers: to=127.0.0.1:1, ")
                .contains("systemctl status");
    }

    @Test
    void shouldExamineThisMachine() throws Exception {
        Path config = folder.resolve("penstock.yaml");
        Files.writeString(
                config,
                "storage: {data_dir: " + folder + "}\nnetwork: {port: 0}\nhttp: {port: 0}\nsecurity: {token_file: "
                        + folder.resolve("tokens") + "}\n");

        Said said = run("doctor", "--json", "--config", config.toString());

        JsonNode answer = said.json();
        assertThat(answer.path("exit_code").asInt()).isEqualTo(said.code()).isBetween(0, 2);
        List<String> checks = new ArrayList<>();
        for (JsonNode finding : answer.path("findings")) {
            checks.add(finding.path("check").asText());
            boolean isGood =
                    List.of("good", "unknown").contains(finding.path("grade").asText());
            assertThat(finding.path("found").asText()).as(finding.toString()).isNotEmpty();
            assertThat(finding.path("cost").asText().isEmpty())
                    .as(finding.toString())
                    .isEqualTo(isGood);
            assertThat(finding.path("remedy").asText().isEmpty())
                    .as(finding.toString())
                    .isEqualTo(isGood);
        }
        assertThat(checks)
                .contains(
                        "java",
                        "hdf5 library",
                        "codecs",
                        "clock",
                        "numa",
                        "http port",
                        "tokens",
                        "data directory",
                        "data directory, write rate");
        assertThat(answer.path("findings")).allSatisfy(finding -> {
            if (List.of("java", "hdf5 library", "codecs", "network transport", "codec rate")
                    .contains(finding.path("check").asText())) {
                assertThat(finding.path("grade").asText())
                        .as(finding.toString())
                        .isEqualTo("good");
            }
        });
    }

    @Test
    void shouldSayHowLargeANodeMustBe() throws Exception {
        Path config = folder.resolve("penstock.yaml");
        Files.writeString(config, "storage: {data_dir: " + folder + "}\n");

        Said small = run("size", "--config", config.toString(), "--detector", "64x64:u16:10Hz");
        Said large = run("size", "--config", config.toString(), "--detector", "16M:u32:1kHz");
        Said huge = run("size", "--config", config.toString(), "--detector", "16M:u32:100kHz");
        Said wrong = run("size", "--detector", "large");

        assertThat(small.out())
                .containsPattern(
                        "one core here encodes [\\d.]+ GB/s \\(bslz4\\), receives [\\d.]+ GB/s, writes [\\d.]+ GB/s")
                .contains("memory: {slab_bytes: 86 MiB, stream_bytes: 65 MiB, bridge: 2 s, ring_slots: 4096}");
        assertThat(large.code()).isEqualTo(1);
        assertThat(large.out()).containsPattern("cores .*TOO LITTLE").containsPattern("memory .*TOO LITTLE");
        assertThat(huge.code()).isEqualTo(1);
        assertThat(huge.errors()).contains("too much for one daemon", "memory.slab_bytes", "1024 GiB");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.errors()).contains("4M:u32:500Hz");
    }

    /** What it says is a configuration, and a daemon that has it gives each detector what was promised, whichever comes first. */
    @Test
    void shouldPromiseTheMemoryThatTheDaemonGives() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.yaml"), "storage: {data_dir: " + folder + "}\n");
        Said said = run(
                "size", "--config", empty.toString(), "--detector", "512x512:u16:50Hz", "--detector", "1024:u32:1kHz");
        String memory = said.out().substring(said.out().indexOf("# penstock.yaml"));
        Path config = Files.writeString(folder.resolve("sized.yaml"), memory);
        assertThat(run("config", "check", config.toString()).code()).isZero();

        OpenStream camera = OpenStream.builder("camera", ElementType.U2, List.of(512L, 512L))
                .rateHz(50.0)
                .build();
        OpenStream mca = OpenStream.builder("mca", ElementType.U4, List.of(1024L))
                .rateHz(1000.0)
                .build();
        for (List<OpenStream> order : List.of(List.of(camera, mca), List.of(mca, camera))) {
            try (TestDaemon daemon =
                            TestDaemon.start(folder.resolve(order.getFirst().detector() + "-first"), memory);
                    FrameStream first = PenstockClient.open(daemon.address(), order.getFirst());
                    FrameStream second = PenstockClient.open(daemon.address(), order.getLast())) {
                Said status = run("status", "--json", "--to", text(daemon.address()));

                assertThat(bridgedSeconds(status, order.getFirst(), first)).isGreaterThanOrEqualTo(2);
                assertThat(bridgedSeconds(status, order.getLast(), second)).isGreaterThanOrEqualTo(2);
            }
        }
    }

    private static double bridgedSeconds(Said status, OpenStream request, FrameStream stream) throws Exception {
        for (JsonNode detector : status.json().at("/report/detectors")) {
            if (detector.path("detector").asText().equals(request.detector())) {
                int frames = detector.path("buffers").asInt() * stream.opened().chunkFrames();
                return frames / Objects.requireNonNull(request.rateHz());
            }
        }
        throw new AssertionError("no such detector: " + request.detector() + ", " + status.out());
    }

    @Test
    void shouldShowWhereEachValueComesFrom() throws Exception {
        Path config = folder.resolve("penstock.yaml");
        Files.writeString(config, "scan:\n  beamline: id13\ncompression:\n  threads: auto\n");

        Said text = run("config", "show", "--config", config.toString());
        Said json = run("config", "show", "--json", "--config", config.toString());

        assertThat(text.code()).as(text.errors()).isZero();
        assertThat(text.out().lines())
                .anyMatch(line -> line.matches("scan.beamline: +id13 +# " + config + ":2"))
                .anyMatch(
                        line -> line.matches("compression.threads: +\\d+ +# " + config + ":4, chosen for this machine"))
                .anyMatch(line -> line.matches("network.port: +9700 +# default"))
                .anyMatch(line -> line.matches("memory.slab_bytes: .*# default, chosen for this machine"));
        assertThat(json.json().path("scan.beamline").path("value").asText()).isEqualTo("id13");
    }

    @Test
    void shouldCheckAFileWithoutADaemon() throws Exception {
        Path good = Files.writeString(folder.resolve("good.yaml"), "scan: {beamline: id13}\n");
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "scan: {beamlin: id13}\nnetwork: {port: 99999}\n");

        assertThat(run("config", "check", good.toString()).code()).isZero();
        Said refused = run("config", "check", bad.toString());

        assertThat(refused.code()).isEqualTo(78);
        assertThat(refused.errors()).contains("did you mean scan.beamline?").contains("network.port");
    }

    @Test
    void shouldCheckWhatAFileNames() throws Exception {
        Path template = Files.writeString(folder.resolve("own.yaml"), "entry: \"{number}.1\"\ntree:\n  titel: x\n");
        Path tokens = Files.writeString(folder.resolve("tokens"), "a read short\n");
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rw-------"));
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "scan: {template: " + template + "}\n");
        Path worse = Files.writeString(folder.resolve("worse.yaml"), "security: {token_file: " + tokens + "}\n");

        Said refused = run("config", "check", bad.toString());
        assertThat(refused.code()).as(refused.errors()).isEqualTo(78);
        assertThat(refused.errors()).contains("scan.template: ", "source=" + template);
        refused = run("config", "check", worse.toString());
        assertThat(refused.code()).as(refused.errors()).isEqualTo(78);
        assertThat(refused.errors()).contains("security.token_file: ", tokens.toString());
    }

    private static String text(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }
}
