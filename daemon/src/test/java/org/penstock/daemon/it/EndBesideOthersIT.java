package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penstock.daemon.scan.CrashedScan;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.Report;

/** END on one connection, and a frame at or above its count on another: what was acknowledged is read all the same. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EndBesideOthersIT {
    private static final Checksum.Kind CRC = Checksum.Kind.CRC32C;
    /** One frame is a chunk. */
    private static final long ROWS = 800;

    private static final long COLUMNS = 700;

    @TempDir
    private Path dataDir;

    private final FrameJudge judge = new FrameJudge();

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    @ParameterizedTest(name = "{0}x{1}, {2} frames per file")
    @CsvSource({"800, 700, 4", "800, 700, 100", "20, 30, 4", "20, 30, 100"})
    void shouldRefuseAFrameThatBeginsAfterEnd(long rows, long columns, long framesPerFile) throws Exception {
        TestFrames frames = TestFrames.of(ElementType.U2, rows, columns);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir, "network: {ingest_threads: 1}");
                RawClient first = RawClient.greeted(daemon, CRC);
                RawClient second = RawClient.greeted(daemon, CRC)) {
            String stream = open(first, frames, framesPerFile);
            second.attach(stream);
            send(first, frames, 0, 9);
            first.end(10L);
            first.ping();

            second.sendFrame(15, frames, CRC);
            assertThat(second.notFatal(ErrorCode.FRAME_INDEX)).contains("END", "expected<10", "actual=15");
            second.sendFrame(9, frames, CRC);

            report = first.report();
            assertThat(second.report()).isEqualTo(report);
        }
        assertThat(report.state()).isEqualTo(Report.COMPLETE);
        assertThat(report.framesExpected()).isEqualTo(10);
        expect(report, frames, 10);
        judge.judge();
    }

    @ParameterizedTest(name = "{0}x{1}, {2} frames per file")
    @CsvSource({"800, 700, 4", "800, 700, 100", "20, 30, 4", "20, 30, 100"})
    void shouldKeepAFrameThatWasUnderWayWhenEndCame(long rows, long columns, long framesPerFile) throws Exception {
        TestFrames frames = TestFrames.of(ElementType.U2, rows, columns);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir, "network: {ingest_threads: 1}");
                RawClient first = RawClient.greeted(daemon, CRC);
                RawClient second = RawClient.greeted(daemon, CRC)) {
            String stream = open(first, frames, framesPerFile);
            second.attach(stream);
            byte[] late = RawClient.frame(15, frames.frame(15), CRC);
            second.send(late, 0, late.length / 2);
            send(first, frames, 0, 9);
            first.end(10L);
            first.ping();

            second.send(late, late.length / 2, late.length);
            second.ping();
            second.sendFrame(9, frames, CRC);
            second.end(null);

            report = first.report();
            assertThat(second.report()).isEqualTo(report);
        }
        assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
        assertThat(report.reason()).contains("END said 10 frames", "frame 15");
        isAllThatCame(report);
        expect(report, frames, 16).missing(10L, 11L, 12L, 13L, 14L);
        judge.judge();
    }

    @Test
    void shouldFinishAfterARestartWhatEndedBelowItsLastFrame() throws Exception {
        TestFrames frames = TestFrames.of(ElementType.U2, ROWS, COLUMNS);
        try (DaemonProcess daemon = DaemonProcess.start(DaemonProcess.Setting.of(dataDir))) {
            String stream = leaveEndedBelowItsLastFrame(daemon, frames);

            daemon.restart();
            daemon.awaitLog("stream ended: detector=eiger");

            Report report;
            try (RawClient client = RawClient.greeted(daemon.address(), CRC)) {
                client.attachAtTheEnd(stream);
                report = client.report();
            }
            assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
            isAllThatCame(report);
            expect(report, frames, 16).missing(10L, 11L, 12L, 13L, 14L);
            judge.judge();
            assertThat(daemon.terminate()).isZero();
        }
    }

    @Test
    void shouldRecoverWhatEndedBelowItsLastFrame() throws Exception {
        TestFrames frames = TestFrames.of(ElementType.U2, ROWS, COLUMNS);
        try (DaemonProcess daemon = DaemonProcess.start(DaemonProcess.Setting.of(dataDir))) {
            leaveEndedBelowItsLastFrame(daemon, frames);
        }

        Recovery.Outcome outcome = Recovery.run(List.of(), List.of(dataDir));

        assertThat(outcome.output()).contains("\"frames\":16,\"missing_frames\":5,\"lost_frames\":0");
        judge.expect(find("scan0001.h5").toString(), "/1.1/instrument/eiger/data")
                .pattern(frames)
                .frames(16)
                .missing(10L, 11L, 12L, 13L, 14L);
        judge.judge();
    }

    /** Frames 0 to 9 and 15 are acknowledged; the scan's journal says that the stream has ended with 10, and the daemon is killed. */
    private String leaveEndedBelowItsLastFrame(DaemonProcess daemon, TestFrames frames) throws Exception {
        String stream;
        try (RawClient client = RawClient.greeted(daemon.address(), CRC)) {
            stream = open(client, frames, 4);
            client.sendFrame(15, frames, CRC);
            FrameRange last = client.expect(MessageKind.ACK).ranges().getFirst();
            assertThat(last).isEqualTo(new FrameRange(15, 1));
            for (long frame = 0; frame < 10; frame++) {
                client.sendFrame(frame, frames, CRC);
            }
            client.awaitWritten(10);
            daemon.kill9();
        }
        CrashedScan.sayEnding(find(".scan0001.scan.jnl"), stream, 10);
        return stream;
    }

    private static String open(RawClient client, TestFrames frames, long framesPerFile) throws IOException {
        return client.open(frames.request("eiger", null).withFramesPerFile(framesPerFile)).stream();
    }

    private static void send(RawClient client, TestFrames frames, long from, long to) throws IOException {
        for (long frame = from; frame < to; frame++) {
            client.sendFrame(frame, frames, CRC);
        }
        client.ping();
    }

    private static void isAllThatCame(Report report) {
        assertThat(report.framesExpected()).isEqualTo(16);
        assertThat(report.framesReceived()).isEqualTo(11);
        assertThat(report.framesWritten()).isEqualTo(11);
        assertThat(report.missing()).containsExactly(new FrameRange(10, 5));
    }

    private FrameJudge.Job expect(Report report, TestFrames frames, long count) {
        return judge.expect(report.scanFile(), "/1.1/instrument/eiger/data")
                .pattern(frames)
                .frames(count);
    }

    private Path find(String name) throws IOException {
        try (Stream<Path> files = Files.walk(dataDir)) {
            return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
        }
    }
}
