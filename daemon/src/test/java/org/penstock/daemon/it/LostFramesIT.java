package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.penstock.protocol.client.StreamListener;

/** Frames that do not come, come too late, or are left out: counted, listed, named, and read as fill value. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LostFramesIT {
    /** One frame is a chunk. */
    private static final TestFrames LARGE = TestFrames.of(ElementType.U2, 800L, 700L);

    /** Many are. */
    private static final TestFrames SMALL = TestFrames.of(ElementType.I2, 20L, 30L);

    @TempDir
    private Path dataDir;

    private final FrameJudge judge = new FrameJudge();

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    @ParameterizedTest(name = "{0}x{1}, {2} frames per file")
    @CsvSource({"800, 700, 4", "800, 700, 100", "20, 30, 4", "20, 30, 100"})
    void shouldListFramesThatNeverCame(long rows, long columns, long framesPerFile) throws Exception {
        TestFrames frames = TestFrames.of(ElementType.I2, rows, columns);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream stream = PenstockClient.open(
                        daemon.address(), frames.request("eiger", 10L).withFramesPerFile(framesPerFile))) {
            frames.send(stream, 0, 4);
            frames.send(stream, 5, 9);
            report = stream.end(10L);
        }

        assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
        assertThat(report.framesExpected()).isEqualTo(10);
        assertThat(report.framesReceived()).isEqualTo(8);
        assertThat(report.framesWritten()).isEqualTo(8);
        assertThat(report.missingFrames()).isEqualTo(2);
        assertThat(report.missing()).containsExactly(new FrameRange(4, 1), new FrameRange(9, 1));
        assertThat(values(Path.of(report.scanFile()), "/1.1/instrument/eiger/missing"))
                .isEqualTo("[4, 9]");
        Path last = Path.of(report.files().getLast());
        assertThat(values(last, "/entry_0000/ESRF_ID00/eiger/missing"))
                .isEqualTo(framesPerFile == 4 ? "[9]" : "[4, 9]");
        assertThat(text(report, "end_reason")).isEqualTo("FAILURE");
        expect(report, frames, 10).missing(4L, 9L);
        judge.judge();
    }

    @ParameterizedTest(name = "{0} frames per file")
    @CsvSource({"4", "40"})
    void shouldShowWholePartsThatNeverCameAsFillValue(long framesPerFile) throws Exception {
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream stream = PenstockClient.open(
                        daemon.address(), LARGE.request("eiger", 20L).withFramesPerFile(framesPerFile))) {
            LARGE.send(stream, 4, 5);
            LARGE.send(stream, 12, 13);
            report = stream.end(20L);
        }

        assertThat(report.missingFrames()).isEqualTo(18);
        expect(report, LARGE, 20)
                .missing(0L, 1L, 2L, 3L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 13L, 14L, 15L, 16L, 17L, 18L, 19L);
        judge.judge();
    }

    @Test
    void shouldEndAStreamWithoutAnyFrame() throws Exception {
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream stream = PenstockClient.open(daemon.address(), LARGE.request("eiger", 3L))) {
            report = stream.end(3L);
        }

        assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
        assertThat(report.missing()).containsExactly(new FrameRange(0, 3));
        expect(report, LARGE, 3).missing(0L, 1L, 2L);
        judge.judge();
    }

    @Test
    void shouldNameSmallFrameWhoseChunkWasWritten() throws Exception {
        Errors errors = new Errors();
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir, "storage: {open_parts: 1}");
                FrameStream stream = PenstockClient.open(
                        daemon.address(), SMALL.request("mca", 8L).withFramesPerFile(4), errors)) {
            SMALL.send(stream, 0, 2);
            SMALL.send(stream, 3, 8);
            errors.writtenBelow(2);
            SMALL.send(stream, 2, 3);
            assertThat(errors.next()).satisfies(error -> {
                assertThat(error.code()).isEqualTo("too_late");
                assertThat(error.frame()).isEqualTo(2);
                assertThat(error.fatal()).isFalse();
            });
            report = stream.end(8L);
        }

        isTooLate(report, 2);
        expect(report, "mca", SMALL, 8).missing(2L);
        judge.judge();
    }

    @ParameterizedTest(name = "{0}x{1}")
    @CsvSource({"800, 700", "20, 30"})
    void shouldTakeFramesOfAnOpenPartHoweverFarOneCameAhead(long rows, long columns) throws Exception {
        TestFrames frames = TestFrames.of(ElementType.I2, rows, columns);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir, "storage: {open_parts: 2}");
                FrameStream stream = PenstockClient.open(
                        daemon.address(), frames.request("eiger", 40L).withFramesPerFile(4))) {
            frames.send(stream, 0, 2);
            frames.send(stream, 37, 38);
            frames.send(stream, 2, 37);
            frames.send(stream, 38, 40);
            report = stream.end(40L);
        }

        assertThat(report.tooLate()).isEmpty();
        assertThat(report.state()).isEqualTo(Report.COMPLETE);
        expect(report, frames, 40);
        judge.judge();
    }

    @Test
    void shouldNameLargeFrameWhosePartWasClosed() throws Exception {
        Errors errors = new Errors();
        Report report;
        try (TestDaemon daemon =
                        TestDaemon.start(dataDir, "{memory: {late_frame_wait: 5 ms}, storage: {open_parts: 1}}");
                FrameStream stream = PenstockClient.open(
                        daemon.address(), LARGE.request("eiger", 6L).withFramesPerFile(2), errors)) {
            LARGE.send(stream, 0, 1);
            errors.writtenBelow(1);
            Await.elapsed(30);
            LARGE.send(stream, 2, 6);
            LARGE.send(stream, 1, 2);
            assertThat(errors.next()).satisfies(error -> {
                assertThat(error.code()).isEqualTo("too_late");
                assertThat(error.frame()).isEqualTo(1);
            });
            report = stream.end(6L);
        }

        isTooLate(report, 1);
        expect(report, LARGE, 6).missing(1L);
        judge.judge();
    }

    @Test
    void shouldDropWhatFindsNoMemoryWhenAskedTo() throws Exception {
        OpenStream request =
                Requests.with(LARGE.request("eiger", 10L), Map.of("connections", 4, "overflow", OpenStream.DROP));
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir, "memory: {slab_bytes: 16 MiB, stream_bytes: 1 MiB}");
                RawClient first = RawClient.greeted(daemon, Checksum.Kind.CRC32C);
                RawClient second = RawClient.greeted(daemon, Checksum.Kind.CRC32C);
                RawClient third = RawClient.greeted(daemon, Checksum.Kind.CRC32C);
                RawClient fourth = RawClient.greeted(daemon, Checksum.Kind.CRC32C)) {
            String id = first.open(request).stream();
            second.attach(id);
            third.attach(id);
            fourth.attach(id);
            List<RawClient> holders = List.of(first, second, third);
            for (int i = 0; i < 3; i++) {
                byte[] frame = RawClient.frame(i, LARGE.frame(i), Checksum.Kind.CRC32C);
                holders.get(i).send(frame, 0, frame.length / 2);
            }
            fourth.ping();
            for (int i = 3; i < 10; i++) {
                fourth.sendFrame(i, LARGE, Checksum.Kind.CRC32C);
            }
            long told = 0;
            while (told < 7) {
                told += fourth.expect(MessageKind.DROPPED).ranges().stream()
                        .mapToLong(FrameRange::count)
                        .sum();
            }
            assertThat(told).as("told once").isEqualTo(7);
            for (int i = 0; i < 3; i++) {
                byte[] frame = RawClient.frame(i, LARGE.frame(i), Checksum.Kind.CRC32C);
                holders.get(i).send(frame, frame.length / 2, frame.length);
                holders.get(i).end(10L);
            }
            fourth.end(10L);
            report = fourth.report();
            assertThat(daemon.count(Counter.FRAMES_DROPPED)).isEqualTo(7);
        }

        assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
        assertThat(report.framesDropped()).isEqualTo(7);
        assertThat(report.dropped()).containsExactly(new FrameRange(3, 7));
        assertThat(report.missing()).containsExactly(new FrameRange(3, 7));
        assertThat(values(Path.of(report.scanFile()), "/1.1/instrument/eiger/missing"))
                .isEqualTo("[3, 4, 5, 6, 7, 8, 9]");
        expect(report, LARGE, 10).missing(3L, 4L, 5L, 6L, 7L, 8L, 9L);
        judge.judge();
    }

    @Test
    void shouldCountAndThrowAwayWhatIsNotToBeSaved() throws Exception {
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream stream = PenstockClient.open(
                        daemon.address(), Requests.with(LARGE.request("eiger", 10L), Map.of("save", false)))) {
            LARGE.send(stream, 0, 10);
            report = stream.end(10L);
            assertThat(stream.writtenBelow()).isEqualTo(10);
        }

        assertThat(report.state()).isEqualTo(Report.COMPLETE);
        assertThat(report.framesReceived()).isEqualTo(10);
        assertThat(report.framesSkipped()).isEqualTo(10);
        assertThat(report.framesWritten()).isZero();
        assertThat(report.files()).isEmpty();
        assertThat(report.scanFile()).isNull();
        assertThat(dataDir).isDirectoryNotContaining("glob:**.h5");
    }

    @ParameterizedTest(name = "{0}x{1}")
    @CsvSource({"800, 700", "20, 30"})
    void shouldStoreEveryThirdFrameWhenAskedTo(long rows, long columns) throws Exception {
        TestFrames frames = TestFrames.of(ElementType.U2, rows, columns);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream stream = PenstockClient.open(
                        daemon.address(),
                        Requests.with(frames.request("eiger", 20L), Map.of("every", 3))
                                .withFramesPerFile(3))) {
            frames.send(stream, 0, 20);
            report = stream.end(20L);
            assertThat(stream.writtenBelow()).isEqualTo(20);
        }

        assertThat(report.state()).isEqualTo(Report.COMPLETE);
        assertThat(report.framesReceived()).isEqualTo(20);
        assertThat(report.framesWritten()).isEqualTo(7);
        assertThat(report.framesSkipped()).isEqualTo(13);
        assertThat(report.missing()).isEmpty();
        assertThat(report.files()).hasSize(3);
        expect(report, frames, 7).with("every", 3);
        judge.judge();
    }

    @Test
    void shouldNameTheMissingOfEveryThirdFrame() throws Exception {
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream stream = PenstockClient.open(
                        daemon.address(), Requests.with(SMALL.request("eiger", 9L), Map.of("every", 3)))) {
            SMALL.send(stream, 0, 3);
            SMALL.send(stream, 4, 8);
            report = stream.end(9L);
        }

        assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
        assertThat(report.missing()).containsExactly(new FrameRange(3, 1));
        expect(report, SMALL, 3).with("every", 3).missing(1L);
        judge.judge();
    }

    private static void isTooLate(Report report, long frame) {
        assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
        assertThat(report.tooLate()).containsExactly(new FrameRange(frame, 1));
        assertThat(report.missing()).containsExactly(new FrameRange(frame, 1));
    }

    private FrameJudge.Job expect(Report report, TestFrames frames, long count) {
        return expect(report, report.detector(), frames, count);
    }

    private FrameJudge.Job expect(Report report, String detector, TestFrames frames, long count) {
        return judge.expect(report.datasetFile(), "/1.1/measurement/" + detector)
                .pattern(frames)
                .frames(count);
    }

    private static String values(Path file, String path) {
        return ForeignReader.h5py(file, "print(f['" + path + "'][()].tolist())");
    }

    private static String text(Report report, String name) {
        return ForeignReader.h5py(Path.of(report.scanFile()), "print(f['/1.1/" + name + "'].asstr()[()])");
    }

    /** What the daemon says while frames are sent. */
    private static final class Errors implements StreamListener {
        private final BlockingQueue<Failure> failures = new LinkedBlockingQueue<>();
        private final BlockingQueue<Long> marks = new LinkedBlockingQueue<>();

        @Override
        public void onError(Failure failure) {
            failures.add(failure);
        }

        @Override
        public void onWrittenBelow(long frameIndex) {
            marks.add(frameIndex);
        }

        Failure next() throws InterruptedException {
            Failure failure = failures.poll(20, TimeUnit.SECONDS);
            assertThat(failure).as("an error").isNotNull();
            return failure;
        }

        void writtenBelow(long frame) throws InterruptedException {
            Long mark = marks.poll(20, TimeUnit.SECONDS);
            while (mark != null && mark < frame) {
                mark = marks.poll(20, TimeUnit.SECONDS);
            }
            assertThat(mark).as("frames below %d are written", frame).isNotNull();
        }
    }
}
