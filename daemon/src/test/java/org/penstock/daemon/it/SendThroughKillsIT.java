package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.source.Numpy;

/** {@code penstock send}, and with it the client library, goes on while the daemon is killed and started again; h5py judges by its own log. */
final class SendThroughKillsIT {
    private static final int COUNT = 300;
    private static final int KILLS = 3;

    @TempDir
    private Path folder;

    @BeforeAll
    static void readersMustBeThere() {
        AckJudge.assumeReaders();
    }

    @ParameterizedTest
    @ValueSource(strings = {AckLog.WRITTEN, AckLog.DURABLE})
    void shouldEndComplete(String level) throws Exception {
        Numpy.run(
                folder,
                "numpy",
                "numpy.save('a.npy', numpy.random.default_rng(1).integers(0, 99, (%d, 128, 256), dtype='u2'))"
                        .formatted(COUNT));
        Path log = folder.resolve("acks");
        Process send;
        try (DaemonProcess daemon = DaemonProcess.start(DaemonProcess.Setting.of(folder.resolve("data")))) {
            send = send(daemon, level, log);
            try {
                for (int kill = 1; kill <= KILLS; kill++) {
                    int wanted = COUNT * kill / (KILLS + 1);
                    Await.until(wanted + " acknowledged", () -> acknowledged(log) >= wanted || !send.isAlive());
                    daemon.kill9();
                    daemon.restart();
                }
                String said = new String(send.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(send.waitFor())
                        .as(said + Files.readString(folder.resolve("send.err")))
                        .isZero();
                judge(said, level, log);
            } finally {
                send.destroyForcibly();
            }
        }
    }

    private Process send(DaemonProcess daemon, String level, Path log) throws IOException {
        List<String> command = DaemonProcess.command(List.of(
                "send",
                "--to",
                "127.0.0.1:" + daemon.address().getPort(),
                "--detector",
                "eiger",
                "--rate",
                "100",
                "--frames-per-file",
                "120",
                "--connections",
                "2",
                "--ack",
                level,
                "--ack-log",
                log.toString(),
                folder.resolve("a.npy").toString()));
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("send.err").toFile())
                .start();
    }

    private static long acknowledged(Path log) throws IOException {
        if (!Files.exists(log)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(log)) {
            return lines.count();
        }
    }

    /** The last line is one JSON object; each frame has at least one line in the log. */
    private static void judge(String said, String level, Path log) throws Exception {
        JsonNode report = new ObjectMapper().readTree(said.lines().toList().getLast());
        assertThat(report.path("frames_acknowledged").asInt()).as(said).isEqualTo(COUNT);
        assertThat(report.path("resumed").asInt()).as(said).isPositive();
        String verdict = Tracer.run(List.of(
                "/usr/bin/python3",
                "-B",
                AckJudge.SCRIPTS.resolve("judge_acknowledged.py").toString(),
                "--detector",
                "eiger",
                "--level",
                level,
                report.path("dataset_file").asText(),
                log.toString()));
        assertThat(verdict).isEqualTo(COUNT + " acknowledged, " + COUNT + " readable, 0 lost, 0 wrong");
    }
}
