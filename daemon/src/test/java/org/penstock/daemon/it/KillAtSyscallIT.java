package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon, and {@code recover}, are killed as they enter one certain call: a write, a sync, a rename, a removal. Which there are is read
 * from a run that nothing happens to.
 */
final class KillAtSyscallIT {
    private static final Logger LOG = LoggerFactory.getLogger(KillAtSyscallIT.class);
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 64L, 64L);
    private static final Path NOWHERE = Path.of("/dev/null");
    private static final int COUNT = 40;
    private static final String CONFIG = """
            memory: {chunk_bytes: 4 KiB, slab_bytes: 256 MiB, stream_bytes: 64 MiB}
            network: {handshake_timeout: 60 s}
            """;

    @TempDir
    private Path folder;

    @BeforeAll
    static void toolsMustBeThere() {
        AckJudge.assumeReaders();
        Strace.assumeInstalled();
    }

    @Test
    void shouldLoseNothingWhenKilledAtSomeCalls() throws Exception {
        killAt(spread(pointsOfADaemon(), 8));
    }

    /** Every call of the last sixty, and every fifth before. */
    @Tag("slow")
    @Timeout(3600)
    @Test
    void shouldLoseNothingWhenKilledAtManyCalls() throws Exception {
        List<Strace.Point> points = pointsOfADaemon();
        int last = Math.max(0, points.size() - 60);
        killAt(spread(points.subList(0, last), last / 5));
        killAt(points.subList(last, points.size()));
    }

    @Test
    void shouldRecoverAfterARecoveryWasKilledAtSomeCalls() throws Exception {
        killRecoveryAt(4);
    }

    @Tag("slow")
    @Timeout(3600)
    @Test
    void shouldRecoverAfterARecoveryWasKilledAtManyCalls() throws Exception {
        killRecoveryAt(100);
    }

    private List<Strace.Point> pointsOfADaemon() throws Exception {
        Path home = Files.createDirectory(folder.resolve("measured"));
        Path log = home.resolve("strace");
        DaemonProcess.Setting setting = setting(home).wrapper(Strace.log(Strace.CHANGES, log));
        try (DaemonProcess daemon = DaemonProcess.start(setting);
                AckClient client = AckClient.start(daemon.address(), request(), FRAMES, home.resolve("acks"))) {
            client.report();
            daemon.terminate();
        }
        List<Strace.Point> points = Strace.points(log, setting.dataDir());
        assertThat(points).as("calls on files").hasSizeGreaterThan(COUNT);
        return points;
    }

    private void killAt(List<Strace.Point> points) throws Exception {
        int killed = 0;
        for (Strace.Point point : points) {
            Path home = Files.createDirectory(folder.resolve(point.call() + "-" + point.number()));
            killed += isKilledAt(point, home) ? 1 : 0;
        }
        LOG.info("killed at a call: points={}, killed={}", points.size(), killed);
        // a thread may make fewer calls in one run than in another
        assertThat(killed).as("daemons killed").isGreaterThan(points.size() / 2);
    }

    private boolean isKilledAt(Strace.Point point, Path home) throws Exception {
        LOG.info("killing at a call: {}", point);
        boolean isKilled = false;
        try (DaemonProcess daemon =
                        DaemonProcess.startDoomed(setting(home).wrapper(Strace.inject(point.kill(), NOWHERE)));
                AckClient client = AckClient.start(daemon.address(), request(), FRAMES, home.resolve("acks"))) {
            Await.until("killed or done at " + point, () -> !daemon.isAlive() || client.isReported());
            if (client.isReported() && daemon.isAlive()) {
                daemon.terminate();
            }
            isKilled = daemon.wasKilled();
            if (isKilled) {
                daemon.restart();
            }
            assertThat(client.report().path("state").asText())
                    .as(point.toString())
                    .isEqualTo(Report.COMPLETE);
            assertThat(client.writtenCount()).isEqualTo(COUNT);
            AckJudge.judge(List.of(client));
        }
        return isKilled;
    }

    private void killRecoveryAt(int most) throws Exception {
        Path home = Files.createDirectory(folder.resolve("crashed"));
        try (DaemonProcess daemon = DaemonProcess.start(setting(home));
                AckClient client = AckClient.startUpTo(daemon.address(), request(), FRAMES, 35, home.resolve("acks"))) {
            client.awaitWritten(35);
            daemon.kill9();
            client.vanish();
            Path log = home.resolve("strace");
            Path measured = copy(home.resolve("data"), "measured");
            Recovery.Outcome outcome = Recovery.run(Strace.log(Strace.CHANGES, log), List.of(measured));
            assertThat(outcome.exitCode()).as(outcome.output()).isZero();
            List<Strace.Point> points = Strace.points(log, measured);
            assertThat(points).as("calls of recover on files").hasSizeGreaterThan(4);
            int killed = 0;
            for (Strace.Point point : spread(points, most)) {
                Path data = copy(home.resolve("data"), "recover-" + point.call() + "-" + point.number());
                killed += isKilledInRecovery(point, data, client) ? 1 : 0;
            }
            assertThat(killed).as("recoveries killed").isPositive();
        }
    }

    private boolean isKilledInRecovery(Strace.Point point, Path data, AckClient client) throws Exception {
        int killed = Recovery.run(Strace.inject(point.kill(), NOWHERE), List.of(data))
                .exitCode();
        for (int again = 0; again < 2; again++) {
            Recovery.Outcome outcome = Recovery.run(List.of(), List.of(data));
            assertThat(outcome.exitCode()).as(point + ": " + outcome.output()).isZero();
            Path file = folder.resolve("crashed/data")
                    .toRealPath()
                    .relativize(Path.of(client.opened().path("dataset_file").asText()));
            String verdict = AckJudge.verdict(data.resolve(file).toString(), "1.1", AckLog.WRITTEN, List.of(client));
            assertThat(verdict.lines().toList().getLast())
                    .as(point + ": " + verdict)
                    .isEqualTo("35 acknowledged, 35 readable, 0 lost, 0 wrong");
        }
        return killed == 137;
    }

    private Path copy(Path data, String name) throws IOException, InterruptedException {
        Path target = folder.resolve(name);
        int status = new ProcessBuilder("cp", "-a", data.toString(), target.toString())
                .start()
                .waitFor();
        assertThat(status).as("cp -a " + data).isZero();
        return target;
    }

    /** Returns at most so many, evenly spread, the last among them. */
    private static List<Strace.Point> spread(List<Strace.Point> points, int most) {
        int count = Math.min(most, points.size());
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> points.get(i * points.size() / count - 1))
                .toList();
    }

    private static OpenStream request() {
        return FRAMES.request("eiger", (long) COUNT).toBuilder()
                .framesPerFile(10L)
                .ack(AckLog.DURABLE)
                .build();
    }

    private static DaemonProcess.Setting setting(Path home) throws IOException {
        return DaemonProcess.Setting.of(home.resolve("data")).config(CONFIG);
    }
}
