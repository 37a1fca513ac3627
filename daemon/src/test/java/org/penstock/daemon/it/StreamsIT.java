package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** Streams of many kinds, alone and together: what was sent is what is read. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StreamsIT {
    private static final TestFrames IMAGES = TestFrames.of(ElementType.U2, 256L, 300L);

    @TempDir
    private Path dataDir;

    private final FrameJudge judge = new FrameJudge();

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    @Test
    void shouldWriteTwoDetectorsIntoOneScan() throws Exception {
        TestFrames camera = TestFrames.of(ElementType.I4, 200L, 150L).withSeed(2);
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            ScanRequest two = new ScanRequest(null, null, null, null, null, null, null, null, 2, null);
            OpenStream first =
                    IMAGES.request("eiger", 90L).withFramesPerFile(40).withScan(two);
            try (FrameStream eiger = PenstockClient.open(daemon.address(), first);
                    FrameStream basler = PenstockClient.open(
                            daemon.address(),
                            camera.request("basler", 31L)
                                    .withScan(ScanRequest.join(eiger.opened().scan())))) {
                assertThat(basler.opened().scanFile()).isEqualTo(eiger.opened().scanFile());
                Report[] reports = together(() -> sendAll(eiger, IMAGES, 90), () -> sendAll(basler, camera, 31));

                assertThat(reports).allSatisfy(StreamsIT::isComplete);
                expect(reports[0], "eiger", IMAGES, 90).allReaders();
                expect(reports[1], "basler", camera, 31).allReaders();
            }
        }
        judge.judge();
    }

    @Test
    void shouldWriteTwoScansAtOnce() throws Exception {
        TestFrames camera = TestFrames.of(ElementType.F4, 100L, 50L).withSeed(3);
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream eiger = PenstockClient.open(daemon.address(), IMAGES.request("eiger", 60L));
                FrameStream basler = PenstockClient.open(daemon.address(), camera.request("basler", 200L))) {
            Report[] reports = together(() -> sendAll(eiger, IMAGES, 60), () -> sendAll(basler, camera, 200));

            assertThat(reports).allSatisfy(StreamsIT::isComplete);
            assertThat(reports[0].scanFile()).isNotEqualTo(reports[1].scanFile());
            expect(reports[0], "eiger", IMAGES, 60);
            expect(reports[1], "basler", camera, 200);
        }
        judge.judge();
    }

    @ParameterizedTest(name = "{0} connections, {1} ingest threads, {2}x{3} u2, {4} frames")
    @CsvSource({
        "1, 1, 256, 300, 100",
        "2, 1, 256, 300, 100",
        "4, 2, 256, 300, 100",
        "4, 3, 1024, 600, 60",
        "1, 1, 16, 20, 6000",
        "2, 1, 16, 20, 6000",
        "4, 1, 16, 20, 6000",
        "2, 2, 16, 20, 6000",
        "4, 3, 16, 20, 6000",
        "4, 3, 80, 120, 500"
    })
    void shouldPutFramesInPlaceWhateverTheirOrder(int connections, int threads, long rows, long columns, int frames)
            throws Exception {
        TestFrames images = TestFrames.of(ElementType.U2, rows, columns);
        OpenStream request = images.request("eiger", (long) frames)
                .withConnections(connections)
                .withFramesPerFile(frames / 3);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir, "network: {ingest_threads: " + threads + "}");
                FrameStream stream = PenstockClient.open(daemon.address(), request)) {
            List<List<Long>> shares = shares(frames, connections);
            allOf(connections, number -> images.send(stream.connection(number), shares.get(number)));
            report = stream.end((long) frames);
        }

        isComplete(report);
        assertThat(report.duplicates()).isZero();
        expect(report, "eiger", images, frames);
        judge.judge();
    }

    @Test
    void shouldWriteOneFrame() throws Exception {
        Report report = sendOnly(IMAGES.request("eiger", 1L), IMAGES, 1);

        isComplete(report);
        assertThat(report.files()).hasSize(1);
        expect(report, "eiger", IMAGES, 1).allReaders();
        judge.judge();
    }

    @Test
    void shouldWriteTwentyThousandSmallFrames() throws Exception {
        TestFrames small = TestFrames.of(ElementType.U1, 64L, 64L);

        Report report = sendOnly(small.request("maxipix", 20_000L), small, 20_000);

        isComplete(report);
        expect(report, "maxipix", small, 20_000);
        assertThat(judge.judge()).isEqualTo(20_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 25, 26})
    void shouldRollOverAtAnUnevenNumber(long framesPerFile) throws Exception {
        Report report = sendOnly(IMAGES.request("eiger", 25L).withFramesPerFile(framesPerFile), IMAGES, 25);

        isComplete(report);
        assertThat(report.files()).hasSize((int) ((25 + framesPerFile - 1) / framesPerFile));
        expect(report, "eiger", IMAGES, 25).allReaders();
        for (int part = 0; part * framesPerFile < 25; part++) {
            assertThat(Path.of(report.files().get(part)).getFileName()).hasToString("eiger_%04d.h5".formatted(part));
        }
        judge.judge();
    }

    @Test
    void shouldWriteAsManyFramesAsCameOfAnUnlimitedStream() throws Exception {
        Report report = sendOnly(IMAGES.request("eiger", null).withFramesPerFile(10), IMAGES, 23);

        isComplete(report);
        assertThat(report.framesExpected()).isEqualTo(23);
        expect(report, "eiger", IMAGES, 23);
        judge.judge();
    }

    @Test
    void shouldTakeTheCountThatEndGivesOfAnUnlimitedStream() throws Exception {
        TestFrames small = TestFrames.of(ElementType.U4, 8L, 8L);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream stream = PenstockClient.open(daemon.address(), small.request("maxipix", null))) {
            small.send(stream, 0, 1000);
            report = stream.end(null);
        }

        isComplete(report);
        assertThat(report.framesExpected()).isEqualTo(1000);
        expect(report, "maxipix", small, 1000);
        judge.judge();
    }

    @Test
    void shouldReportToEveryConnectionOfAStreamThatIsComplete() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir, "network: {ingest_threads: 2}")) {
            for (int scan = 0; scan < 30; scan++) {
                OpenStream request = IMAGES.request("eiger", 4L).withConnections(4);
                try (FrameStream stream = PenstockClient.open(daemon.address(), request)) {
                    IMAGES.send(stream, 0, 4);
                    isComplete(stream.end(4L));
                }
            }
            assertThat(daemon.count(Counter.CONNECTIONS_REFUSED)).isZero();
        }
    }

    private Report sendOnly(OpenStream request, TestFrames frames, long count) throws IOException {
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream stream = PenstockClient.open(daemon.address(), request)) {
            return sendAll(stream, frames, count);
        }
    }

    private static Report sendAll(FrameStream stream, TestFrames frames, long count) throws IOException {
        frames.send(stream, 0, count);
        return stream.end(count);
    }

    private FrameJudge.Job expect(Report report, String detector, TestFrames frames, long count) {
        return judge.expect(report.datasetFile(), "/" + report.entry() + "/measurement/" + detector)
                .pattern(frames)
                .frames(count);
    }

    private static void isComplete(Report report) {
        assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
        assertThat(report.framesWritten()).isEqualTo(report.framesExpected());
        assertThat(report.missing()).isEmpty();
        assertThat(report.tooLate()).isEmpty();
    }

    /** Deals frames to connections, shuffled as far as memory holds them. */
    private static List<List<Long>> shares(int frames, int connections) {
        Random random = new Random(42);
        List<List<Long>> shares = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            shares.add(new ArrayList<>());
        }
        int window = Math.max(8, frames / 20);
        for (int from = 0; from < frames; from += window) {
            List<Long> near = new ArrayList<>(LongStream.range(from, Math.min(frames, from + window))
                    .boxed()
                    .toList());
            Collections.shuffle(near, random);
            near.forEach(frame -> shares.get(random.nextInt(connections)).add(frame));
        }
        return shares;
    }

    /** What a thread does with a number. */
    private interface Part {
        void run(int number) throws IOException;
    }

    /** What a thread brings. */
    private interface Sending {
        Report run() throws IOException;
    }

    private static Report[] together(Sending... sendings) throws InterruptedException, ExecutionException {
        Report[] reports = new Report[sendings.length];
        allOf(sendings.length, number -> reports[number] = sendings[number].run());
        return reports;
    }

    private static void allOf(int count, Part part) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                running.add(threads.submit(() -> {
                    part.run(number);
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }
}
