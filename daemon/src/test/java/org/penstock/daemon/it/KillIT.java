package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code kill -9} at random: nothing that was acknowledged is lost, nothing is wrong, the scan goes on and ends complete, and nobody lends a
 * hand. Every run prints its seed; {@code -Dpenstock.seed=N} repeats one.
 */
final class KillIT {
    private static final Logger LOG = LoggerFactory.getLogger(KillIT.class);
    private static final TestFrames LARGE = TestFrames.of(ElementType.U2, 256L, 256L);
    private static final TestFrames SMALL = TestFrames.of(ElementType.U4, 24L, 32L);
    private static final TestFrames COUNTER = TestFrames.of(ElementType.F8);

    /** Chunks of one large frame, of five small ones, and of many values of a counter. */
    private static final String CONFIG = """
            memory: {chunk_bytes: 16 KiB, slab_bytes: 256 MiB, stream_bytes: 64 MiB}
            network: {handshake_timeout: 60 s}
            storage: {writeback_bytes: 64 KiB}
            """;

    /** Before the name of a codec: frames arrive encoded. */
    private static final String ENCODED = "encoded ";

    /** 24 kills in all, and every codec. */
    static final List<Load> LOADS = List.of(
            new Load("one large", List.of(LARGE), List.of("bslz4"), 200, 4),
            new Load("one small", List.of(SMALL), List.of("zstd:3"), 6000, 4),
            new Load("three", List.of(LARGE, SMALL, COUNTER), List.of("lz4", "bslz4", "gzip:6:shuffle"), 400, 4),
            new Load(
                    "two that arrive encoded",
                    List.of(LARGE, LARGE.withSeed(2)),
                    List.of(ENCODED + "bslz4", ENCODED + "blosc:lz4:bitshuffle:1"),
                    200,
                    4),
            new Load("one large, uncompressed", List.of(LARGE), List.of("none"), 200, 4),
            new Load(
                    "three small",
                    List.of(SMALL, SMALL.withSeed(2), COUNTER),
                    List.of("none", "blosc:zstd:bitshuffle:5", "none"),
                    3000,
                    4));

    @TempDir
    private Path folder;

    /**
     * One scan.
     *
     * @param name for people
     * @param detectors their frames; each has its own values
     * @param codecs one of each
     * @param count frames of each
     * @param kills while they are sent
     */
    record Load(String name, List<TestFrames> detectors, List<String> codecs, int count, int kills) {
        Load withKills(int more) {
            return new Load(name, detectors, codecs, count, more);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void readersMustBeThere() {
        AckJudge.assumeReaders();
    }

    /** The smallest case: what is lost without a journal. The client is gone with the daemon. */
    @Test
    void shouldKeepAcknowledgedFramesOfAnOpenPart() throws Exception {
        OpenStream request = LARGE.request("eiger", 1000L).withFramesPerFile(100);
        DaemonProcess.Setting setting =
                DaemonProcess.Setting.of(folder.resolve("data")).config(CONFIG + "scan: {resume_window: 2 s}");
        try (DaemonProcess daemon = DaemonProcess.start(setting);
                AckClient client = AckClient.startUpTo(daemon.address(), request, LARGE, 150, folder.resolve("log"))) {
            client.awaitWritten(150);
            daemon.kill9();
            client.vanish();
            daemon.restart();

            AckJudge.awaitReadable(List.of(client));
        }
    }

    @ParameterizedTest
    @FieldSource("LOADS")
    void shouldLoseNothingWhenKilledAtRandom(Load load) throws Exception {
        new Run(folder, load, seed(load.name().hashCode())).go();
    }

    /** 200 kills. */
    @Tag("slow")
    @Timeout(3600)
    @ParameterizedTest
    @FieldSource("LOADS")
    void shouldLoseNothingWhenKilledManyTimes(Load load) throws Exception {
        for (int scan = 0; scan < 5; scan++) {
            Path data = Files.createDirectory(folder.resolve("scan" + scan));
            new Run(data, load.withKills(8), seed(System.nanoTime())).go();
        }
    }

    private static DaemonProcess.Setting setting(Path folder) throws IOException {
        return DaemonProcess.Setting.of(folder.resolve("data")).config(CONFIG);
    }

    private static long seed(long otherwise) {
        return Long.getLong("penstock.seed", otherwise);
    }

    /** One scan that is killed again and again. */
    private static final class Run {
        private final Path folder;
        private final Load load;
        private final Random random;
        private final List<AckClient> clients = new ArrayList<>();

        Run(Path folder, Load load, long seed) {
            LOG.info("killing: load={}, kills={}, seed={}", load.name(), load.kills(), seed);
            this.folder = folder;
            this.load = load;
            this.random = new Random(seed);
        }

        void go() throws Exception {
            try (DaemonProcess daemon = DaemonProcess.start(setting(folder))) {
                open(daemon);
                for (int kill = 0; kill < load.kills(); kill++) {
                    waitForTheMoment(kill);
                    daemon.kill9();
                    daemon.restart();
                }
                for (AckClient client : clients) {
                    JsonNode report = client.report();
                    assertThat(report.path("state").asText())
                            .as(report.toString())
                            .isEqualTo(Report.COMPLETE);
                    assertThat(client.writtenCount()).isEqualTo(load.count());
                }
                AckJudge.judge(clients);
                WrittenMasters.judge(folder.resolve("data"));
            } finally {
                for (AckClient client : clients) {
                    client.close();
                }
            }
        }

        private void open(DaemonProcess daemon) throws IOException {
            for (TestFrames frames : load.detectors()) {
                int number = clients.size();
                String codec = load.codecs().get(number);
                boolean isEncoded = codec.startsWith(ENCODED);
                String name = isEncoded ? codec.substring(ENCODED.length()) : codec;
                OpenStream request = frames.request("detector" + number, (long) load.count()).toBuilder()
                        .codec(name)
                        .encoding(isEncoded ? PayloadEncoding.of(name.split(":", 2)[0]) : null)
                        .framesPerFile((long) Math.max(7, load.count() / 4))
                        .scan(scan())
                        .build();
                // the last frames are kept back until the last kill, so that each finds a scan that runs
                clients.add(AckClient.startUpTo(
                        daemon.address(),
                        request,
                        frames,
                        load.count() / load.kills(),
                        folder.resolve("log" + number)));
                clients.getLast().opened();
            }
        }

        private ScanRequest scan() {
            if (!clients.isEmpty()) {
                return ScanRequest.join(clients.getFirst().opened().path("scan").asText());
            }
            return new ScanRequest(
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    load.detectors().size(),
                    null);
        }

        /** At a random number of acknowledged frames, or a random time after the last restart; the last kill may meet END. */
        private void waitForTheMoment(int kill) throws Exception {
            boolean isLast = kill == load.kills() - 1;
            int from = load.count() * kill / load.kills();
            int to = load.count() * (kill + 1) / load.kills();
            clients.forEach(client -> client.release(isLast ? Integer.MAX_VALUE : to));
            // the first has chunks that fill up
            int wanted = from + random.nextInt(to - from) * 3 / 4;
            if (random.nextBoolean()) {
                Await.elapsed(random.nextInt(500));
            } else {
                clients.getFirst().awaitWritten(wanted);
            }
        }
    }
}
