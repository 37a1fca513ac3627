package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.PenstockDaemon;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.ControlConnection;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** Data directories and ports that cannot be used, and a disk that fills: refused or told at once, in words an operator can act on. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BadPlacesIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 100L, 100L);

    @TempDir
    private Path dataDir;

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    @Test
    void shouldRefuseTheDirectoryOfAnotherDaemon() throws Exception {
        try (TestDaemon first = TestDaemon.start(dataDir)) {
            assertThatThrownBy(() -> TestDaemon.start(dataDir))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll(dataDir.toString(), "another daemon");
            assertThat(works(first)).isTrue();
        }
        try (TestDaemon next = TestDaemon.start(dataDir)) {
            assertThat(works(next)).isTrue();
        }
    }

    @Test
    void shouldRefuseThePortOfAnotherDaemon(@TempDir Path other) throws Exception {
        try (TestDaemon first = TestDaemon.start(dataDir)) {
            int port = first.address().getPort();
            DaemonConfig same =
                    DaemonConfig.defaults().withDataDir(other).withPort(port).withHttpPort(0);

            assertThatThrownBy(() -> PenstockDaemon.start(same))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll(String.valueOf(port), "--port");
        }
    }

    @Test
    void shouldMakeTheLastFolderOnly() {
        try (TestDaemon daemon = TestDaemon.start(dataDir.resolve("new"))) {
            assertThat(daemon.address().getPort()).isPositive();
        }

        assertThatThrownBy(() -> TestDaemon.start(dataDir.resolve("not/there")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("not/there", "missing", "storage.data_dir");
    }

    @Test
    void shouldRefuseAFileForAFolder() throws Exception {
        Path file = Files.createFile(dataDir.resolve("file"));

        assertThatThrownBy(() -> TestDaemon.start(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void shouldRefuseADirectoryThatIsReadOnly() throws Exception {
        mount("size=32m,ro");
        try {
            assertThatThrownBy(() -> TestDaemon.start(dataDir))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll(dataDir.toString(), "storage.data_dir");
        } finally {
            unmount();
        }
    }

    @Test
    void shouldRefuseADirectoryThatIsFull() throws Exception {
        mount("size=64m");
        try {
            Files.write(dataDir.resolve("ballast"), new byte[60 << 20]);

            assertThatThrownBy(() -> TestDaemon.start(dataDir))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("full", "freeBytes=");
        } finally {
            unmount();
        }
    }

    @Test
    void shouldTellOfAFullDiskAndKeepWhatIsWritten() throws Exception {
        mount("size=64m");
        try {
            Path sent = Files.createTempFile("penstock-sent", ".raw");
            Report report;
            try (TestDaemon daemon = TestDaemon.start(dataDir, "storage: {full_disk_wait: 500 ms}");
                    ControlConnection control = PenstockClient.control(daemon.address())) {
                report = fill(daemon, sent);
                control.ping();
            }

            assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
            assertThat(report.reason()).contains("disk is full");
            assertThat(report.files()).hasSizeGreaterThan(2);
            FrameJudge judge = new FrameJudge();
            for (int part = 0; part < report.files().size(); part++) {
                Path frames = Files.createTempFile("penstock-part", ".raw");
                byte[] all = Files.readAllBytes(sent);
                Files.write(
                        frames,
                        Arrays.copyOf(
                                Arrays.copyOfRange(all, part * (8 << 20), Math.min(all.length, (part + 1) * (8 << 20))),
                                8 << 20));
                long first = 8L * part;
                judge.expect(report.files().get(part), "/entry_0000/measurement/data")
                        .with("raw", frames.toString())
                        .with("dtype", "u2")
                        .with("shape", List.of(512, 1024))
                        .missing(LongStream.range(0, 8)
                                .filter(frame -> first + frame >= report.framesWritten())
                                .boxed()
                                .toArray(Long[]::new));
            }
            judge.judge();
        } finally {
            unmount();
        }
    }

    /** Sends 100 MiB that no codec makes smaller to a disk of 64 MiB, 8 MiB a part. */
    private static Report fill(TestDaemon daemon, Path copy) throws IOException {
        OpenStream request = OpenStream.of("noise", ElementType.U2, List.of(512L, 1024L), 100L)
                .withFramesPerFile(8);
        Random random = new Random(1);
        byte[] frame = new byte[1 << 20];
        try (FrameStream stream = PenstockClient.open(daemon.address(), request);
                var out = Files.newOutputStream(copy)) {
            try {
                for (int index = 0; index < 100; index++) {
                    random.nextBytes(frame);
                    out.write(frame);
                    stream.send(
                            index,
                            0,
                            ByteBuffer.allocateDirect(frame.length).put(frame).flip());
                }
            } catch (IOException _) {
                // the daemon has ended the stream: the report says why
            }
            return stream.end(100L);
        }
    }

    private static boolean works(TestDaemon daemon) throws IOException {
        try (FrameStream stream = PenstockClient.open(daemon.address(), FRAMES.request("eiger", 3L))) {
            FRAMES.send(stream, 0, 3);
            return stream.end(3L).state().equals(Report.COMPLETE);
        }
    }

    private void mount(String options) throws Exception {
        int status = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", dataDir.toString());
        Assumptions.assumeTrue(status == 0, "no tmpfs can be mounted here: needs root");
    }

    private void unmount() throws Exception {
        assertThat(run("umount", dataDir.toString())).isZero();
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
