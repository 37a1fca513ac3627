package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scan after scan while the daemon is killed, connections are cut and the disk fills, at random: what was acknowledged can be read, and
 * memory and open files stay what they were. Ten minutes, or {@code -Dpenstock.soak.seconds}; in the last third no daemon is killed, so that one
 * lives long enough to be measured.
 */
@Tag("slow")
final class SoakIT {
    private static final Logger LOG = LoggerFactory.getLogger(SoakIT.class);
    private static final long SECONDS = Long.getLong("penstock.soak.seconds", 600);
    private static final TestFrames IMAGES = TestFrames.of(ElementType.U2, 256L, 256L);
    private static final TestFrames SPECTRA = TestFrames.of(ElementType.I4, 500L);
    private static final int COUNT = 200;
    private static final int DISK_MIB = 192;
    private static final int MORE_FILES = 4;
    private static final long MORE_MEMORY = 64L << 20;
    private static final int FEWEST_SAMPLES = 20;
    private static final int MEDIAN_OF = 5;
    private static final String CONFIG = """
            memory: {chunk_bytes: 16 KiB, slab_bytes: 64 MiB, stream_bytes: 16 MiB}
            network: {handshake_timeout: 60 s}
            storage: {writeback_bytes: 64 KiB}
            """;

    @TempDir
    private Path folder;

    private final Random random = new Random(Long.getLong("penstock.seed", System.nanoTime()));
    private final List<Sample> samples = new ArrayList<>();
    private long lastKillNs;
    private int scans;
    private int kills;
    private int cuts;
    private int fills;
    private long acknowledged;

    /** What a daemon held when a scan had ended. */
    private record Sample(long pid, long memoryBytes, int files) {}

    @BeforeAll
    static void readersMustBeThere() {
        AckJudge.assumeReaders();
    }

    @Timeout(7200)
    @Test
    void shouldLoseNothingForAsLongAsItRuns() throws Exception {
        long startNs = System.nanoTime();
        long endNs = startNs + TimeUnit.SECONDS.toNanos(SECONDS);
        lastKillNs = startNs + TimeUnit.SECONDS.toNanos(SECONDS) * 2 / 3;
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), DISK_MIB);
                DaemonProcess daemon = DaemonProcess.start(
                        DaemonProcess.Setting.of(disk.folder().resolve("data")).config(CONFIG))) {
            while (System.nanoTime() < endNs) {
                scan(daemon, disk);
                samples.add(new Sample(daemon.pid(), daemon.memoryBytes("VmRSS"), daemon.openFiles()));
            }
            assertThat(daemon.terminate()).isZero();
        } finally {
            summary();
        }
        assertThat(List.of(kills, cuts, fills)).as("kills, cuts, full disks").doesNotContain(0);
        assertFlat();
    }

    private void scan(DaemonProcess daemon, SmallDisk disk) throws Exception {
        List<AckClient> clients = new ArrayList<>();
        try {
            for (TestFrames frames : List.of(IMAGES, SPECTRA)) {
                clients.add(client(daemon, frames, clients));
                clients.getLast().opened();
            }
            for (int part = 1; part <= 4; part++) {
                int upTo = part == 4 ? Integer.MAX_VALUE : COUNT * part / 4;
                clients.forEach(client -> client.release(upTo));
                Await.elapsed(random.nextInt(100));
                hurt(daemon, disk, clients);
            }
            for (AckClient client : clients) {
                JsonNode report = client.report();
                assertThat(report.path("state").asText()).as(report.toString()).isEqualTo(Report.COMPLETE);
                assertThat(client.writtenCount()).isEqualTo(COUNT);
            }
            AckJudge.judge(clients);
            scans++;
            acknowledged += 2L * COUNT;
            remove(Path.of(clients.getFirst().opened().path("scan_file").asText())
                    .getParent());
        } finally {
            for (AckClient client : clients) {
                client.close();
            }
        }
    }

    /** One thing goes wrong, or nothing. */
    private void hurt(DaemonProcess daemon, SmallDisk disk, List<AckClient> clients) throws Exception {
        switch (random.nextInt(12)) {
            case 0 -> {
                if (System.nanoTime() < lastKillNs) {
                    kills++;
                    daemon.kill9();
                    daemon.restart();
                }
            }
            case 1, 2, 3 -> {
                cuts++;
                clients.get(random.nextInt(clients.size())).cut();
            }
            case 4 -> {
                fills++;
                disk.fill(random.nextInt(200_000));
                Await.elapsed(random.nextInt(1000));
                disk.empty();
            }
            default -> {}
        }
    }

    private AckClient client(DaemonProcess daemon, TestFrames frames, List<AckClient> before) throws IOException {
        String detector = "detector" + before.size();
        ScanRequest scan = before.isEmpty()
                ? new ScanRequest(null, null, null, null, null, null, null, null, 2, null)
                : ScanRequest.join(before.getFirst().opened().path("scan").asText());
        OpenStream request = frames.request(detector, (long) COUNT).toBuilder()
                .framesPerFile(60L)
                .ack(random.nextBoolean() ? AckLog.WRITTEN : AckLog.DURABLE)
                .scan(scan)
                .build();
        Path log = folder.resolve(detector + "." + scans);
        return AckClient.startUpTo(daemon.address(), request, frames, 0, log);
    }

    private static void remove(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** In the last life, what was held after its first scans is what is held after its last. */
    private void assertFlat() {
        long pid = samples.getLast().pid();
        List<Sample> life =
                samples.stream().filter(sample -> sample.pid() == pid).toList();
        assertThat(life).as("scans of the last daemon").hasSizeGreaterThanOrEqualTo(FEWEST_SAMPLES);
        // the first scans compile code and fill pools
        List<Sample> settled = life.subList(life.size() / 3, life.size() / 3 + MEDIAN_OF);
        List<Sample> last = life.subList(life.size() - MEDIAN_OF, life.size());
        assertThat(median(last, Sample::files))
                .as("open files, pid=%d", pid)
                .isLessThanOrEqualTo(median(settled, Sample::files) + MORE_FILES);
        assertThat(median(last, Sample::memoryBytes))
                .as("memory, pid=%d", pid)
                .isLessThanOrEqualTo(median(settled, Sample::memoryBytes) + MORE_MEMORY);
    }

    private static long median(List<Sample> samples, ToLongFunction<Sample> value) {
        return samples.stream()
                .mapToLong(value)
                .sorted()
                .skip(samples.size() / 2)
                .findFirst()
                .orElseThrow();
    }

    private void summary() {
        LOG.info(
                "soak: seconds={}, scans={}, acknowledged={}, kills={}, cuts={}, fullDisks={}, memoryMiB={} to {}, files={} to {}",
                SECONDS,
                scans,
                acknowledged,
                kills,
                cuts,
                fills,
                samples.stream().mapToLong(Sample::memoryBytes).min().orElse(0) >> 20,
                samples.stream().mapToLong(Sample::memoryBytes).max().orElse(0) >> 20,
                samples.stream().mapToInt(Sample::files).min().orElse(0),
                samples.stream().mapToInt(Sample::files).max().orElse(0));
    }
}
