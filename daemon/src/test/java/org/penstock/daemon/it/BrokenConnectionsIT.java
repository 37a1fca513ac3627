package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.protocol.Attach;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;
import org.penstock.protocol.client.ControlConnection;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.penstock.protocol.client.StreamListener;

/** Detectors that fall silent, die, come back or are aborted: their neighbours notice nothing, and what they sent is kept. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BrokenConnectionsIT {
    private static final TestFrames LARGE = TestFrames.of(ElementType.U2, 800L, 700L);
    private static final TestFrames SMALL = TestFrames.of(ElementType.I2, 20L, 30L);
    private static final Checksum.Kind CRC = Checksum.Kind.CRC32C;
    private static final String SHORT_WINDOW = "scan: {resume_window: 300 ms}";

    @TempDir
    private Path dataDir;

    private final FrameJudge judge = new FrameJudge();

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    @Test
    void shouldWriteOthersWhileOneDetectorIsSilentInsideAFrame() throws Exception {
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                RawClient silent = RawClient.streaming(daemon, CRC, LARGE.request("silent", 5L));
                RawClient silentSmall = RawClient.streaming(daemon, CRC, SMALL.request("silent", 5L))) {
            sendHalf(silent, 0, LARGE);
            sendHalf(silentSmall, 0, SMALL);
            try (FrameStream stream = PenstockClient.open(daemon.address(), LARGE.request("eiger", 60L))) {
                LARGE.send(stream, 0, 60);
                report = stream.end(60L);
            }
        }

        assertThat(report.state()).isEqualTo(Report.COMPLETE);
        expect(report, LARGE, 60);
        judge.judge();
    }

    @Test
    void shouldEndADetectorThatDiedInsideAFrameAsIncomplete() throws Exception {
        Report report;
        StreamOpened dead;
        try (TestDaemon daemon = TestDaemon.start(dataDir, SHORT_WINDOW)) {
            try (RawClient dying = RawClient.greeted(daemon, CRC);
                    FrameStream stream = PenstockClient.open(daemon.address(), LARGE.request("eiger", 60L))) {
                dead = dying.open(LARGE.request("dying", 5L));
                dying.sendFrame(0, LARGE, CRC);
                dying.sendFrame(1, LARGE, CRC);
                sendHalf(dying, 2, LARGE);
                LARGE.send(stream, 0, 30);
                dying.cut();
                LARGE.send(stream, 30, 60);
                report = stream.end(60L);
            }
            Await.until("the dead stream ends", () -> daemon.count(Counter.STREAMS_ENDED) == 2);
        }

        assertThat(report.state()).isEqualTo(Report.COMPLETE);
        expect(report, LARGE, 60);
        judge.expect(dead.datasetFile(), "/" + dead.entry() + "/measurement/dying")
                .pattern(LARGE)
                .frames(5)
                .missing(2L, 3L, 4L);
        judge.judge();
        assertThat(endReason(dead)).isEqualTo("FAILURE");
    }

    @Test
    void shouldTakeAStreamUpAgainWithinTheWindow() throws Exception {
        for (TestFrames frames : List.of(LARGE, SMALL)) {
            Report report;
            try (TestDaemon daemon = TestDaemon.start(dataDir)) {
                String id;
                try (RawClient cut = RawClient.greeted(daemon, CRC)) {
                    id = cut.open(frames.request("eiger", 12L).withFramesPerFile(5)).stream();
                    for (long index : List.of(0, 1, 2, 4, 7)) {
                        cut.sendFrame(index, frames, CRC);
                    }
                    sendHalf(cut, 5, frames);
                }
                Await.until("five have arrived", () -> daemon.count(Counter.FRAMES_RECEIVED) == 5);
                try (RawClient back = RawClient.greeted(daemon, CRC)) {
                    StreamOpened again = back.attach(id);
                    assertThat(again.receivedRanges())
                            .containsExactly(new FrameRange(0, 3), new FrameRange(4, 1), new FrameRange(7, 1));
                    for (long index : List.of(3, 5, 6, 8, 9, 10, 11)) {
                        back.sendFrame(index, frames, CRC);
                    }
                    back.end(12L);
                    report = back.report();
                }
            }

            assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
            assertThat(report.duplicates()).isZero();
            expect(report, frames, 12);
        }
        judge.judge();
    }

    @Test
    void shouldRefuseAConnectionThatAgreedOnAnotherChecksumThanItsStream() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                RawClient first = RawClient.greeted(daemon, CRC);
                RawClient second = RawClient.greeted(daemon, Checksum.Kind.CRC32);
                RawClient third = RawClient.greeted(daemon, CRC)) {
            String id = first.open(SMALL.request("eiger", 4L)).stream();
            second.send(MessageKind.ATTACH, "{\"stream\":\"" + id + "\"}");

            assertThat(second.fatal(ErrorCode.BAD_VALUE)).contains("expected=crc32c, actual=crc32,", id);
            assertThat(third.attach(id).stream()).isEqualTo(id);
        }
    }

    @Test
    void shouldAcceptTheSameSmallFrameOnTwoConnectionsAtOnce() throws Exception {
        OpenStream request = SMALL.request("mca", 4L).withConnections(2).withFramesPerFile(4);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                RawClient first = RawClient.greeted(daemon, CRC);
                RawClient second = RawClient.greeted(daemon, CRC)) {
            second.attach(first.open(request).stream());
            second.sendFrame(0, SMALL, CRC);
            second.ping();
            byte[] slow = RawClient.frame(2, SMALL.withSeed(9).frame(2), CRC);
            first.send(slow, 0, slow.length / 2);
            second.ping();
            second.sendFrame(2, SMALL, CRC);
            second.ping();
            first.send(slow, slow.length / 2, slow.length);
            first.ping();
            second.sendFrame(1, SMALL, CRC);
            second.sendFrame(3, SMALL, CRC);
            first.end(4L);
            second.end(4L);
            report = second.report();
        }

        assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
        expect(report, SMALL, 4);
        judge.judge();
    }

    @Test
    void shouldFillAChunkWhileAnotherConnectionIsSilentInsideOneOfItsFrames() throws Exception {
        OpenStream request = SMALL.request("mca", 8L).withConnections(2).withFramesPerFile(4);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                RawClient first = RawClient.greeted(daemon, CRC);
                RawClient second = RawClient.greeted(daemon, CRC)) {
            second.attach(first.open(request).stream());
            sendHalf(first, 2, SMALL);
            second.ping();
            for (int index = 0; index < 8; index++) {
                second.sendFrame(index, SMALL, CRC);
            }
            second.awaitWritten(8);
            second.end(8L);
            report = second.report();
        }

        assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
        expect(report, SMALL, 8);
        judge.judge();
    }

    @Test
    void shouldNotLetAFastConnectionTakeTheMemoryThatASlowOneNeeds() throws Exception {
        TestFrames frames = TestFrames.of(ElementType.U2, 300L, 400L);
        OpenStream request = frames.request("mca", 8L).withConnections(2).withFramesPerFile(8);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(
                        dataDir, "memory: {slab_bytes: 16 MiB, stream_bytes: 1 MiB, chunk_bytes: 480000}");
                RawClient fast = RawClient.greeted(daemon, CRC);
                RawClient slow = RawClient.greeted(daemon, CRC)) {
            StreamOpened opened = fast.open(request);
            assertThat(opened.chunkFrames()).isEqualTo(2);
            slow.attach(opened.stream());
            for (long index : List.of(3, 5, 7)) {
                fast.sendFrame(index, frames, CRC);
            }
            Await.until("the fast one waits", () -> daemon.count(Counter.BACK_PRESSURE) > 0);
            for (long index : List.of(0, 1, 2, 4, 6)) {
                slow.sendFrame(index, frames, CRC);
            }
            fast.end(8L);
            slow.end(8L);
            report = slow.report();
        }

        assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
        expect(report, frames, 8);
        judge.judge();
    }

    @Test
    void shouldGoOnWithTheMemoryOfConnectionsThatDied() throws Exception {
        OpenStream request = LARGE.request("eiger", 4L).withConnections(4);
        try (TestDaemon daemon = TestDaemon.start(dataDir, "memory: {slab_bytes: 16 MiB, stream_bytes: 1 MiB}");
                RawClient survivor = RawClient.greeted(daemon, CRC)) {
            String id = survivor.open(request).stream();
            List<RawClient> dying = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                RawClient client = RawClient.greeted(daemon, CRC);
                client.attach(id);
                sendHalf(client, i, LARGE);
                dying.add(client);
            }
            survivor.ping();
            survivor.sendFrame(3, LARGE, CRC);
            Await.until("the fourth finds no memory", () -> daemon.count(Counter.BACK_PRESSURE) > 0);
            for (RawClient client : dying) {
                client.cut();
            }
            for (int i = 0; i < 3; i++) {
                survivor.sendFrame(i, LARGE, CRC);
            }
            survivor.end(4L);

            assertThat(survivor.report().state()).isEqualTo(Report.COMPLETE);
        }
    }

    @Test
    void shouldReportToASenderWhoseStreamIsAborted() throws Exception {
        for (TestFrames frames : List.of(LARGE, SMALL)) {
            try (TestDaemon daemon = TestDaemon.start(dataDir);
                    RawClient sender = RawClient.greeted(daemon, CRC);
                    ControlConnection control = PenstockClient.control(daemon.address())) {
                StreamOpened opened = sender.open(frames.request("eiger", 100L).withFramesPerFile(4));
                for (int index = 0; index < 6; index++) {
                    sender.sendFrame(index, frames, CRC);
                }
                sendHalf(sender, 6, frames);
                Await.until("six have arrived", () -> daemon.count(Counter.FRAMES_RECEIVED) == 6);
                control.abort(opened.stream(), "operator pressed stop");
                byte[] rest = RawClient.frame(6, frames.frame(6), CRC);
                sender.send(rest, rest.length / 2, rest.length);
                sender.sendFrame(7, frames, CRC);
                Report report = sender.report();

                assertThat(report.state()).isEqualTo(Report.ABORTED);
                assertThat(report.reason()).contains("operator pressed stop");
                assertThat(report.framesWritten()).isEqualTo(6);
                assertThat(endReason(opened)).isEqualTo("USER_ABORT");
                judge.expect(opened.datasetFile(), "/" + opened.entry() + "/measurement/eiger")
                        .pattern(frames)
                        .frames(6);
            }
        }
        judge.judge();
    }

    @Test
    void shouldReportAgainToWhoComesBackToAStreamThatEnded() throws Exception {
        String id;
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            try (FrameStream stream = PenstockClient.open(daemon.address(), SMALL.request("eiger", 1L))) {
                SMALL.send(stream, 0, 1);
                id = stream.opened().stream();
                stream.end(1L);
            }
            assertThat(reportOf(daemon, id).state()).isEqualTo(Report.COMPLETE);
        }

        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            assertThat(reportOf(daemon, id).framesWritten()).isEqualTo(1);

            String unknown = UUID.randomUUID().toString();
            assertThatThrownBy(() -> PenstockClient.attach(daemon.address(), unknown, 1, StreamListener.NONE))
                    .isInstanceOfSatisfying(
                            ProtocolException.class,
                            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.UNKNOWN_STREAM));
        }
    }

    private static Report reportOf(TestDaemon daemon, String stream) throws Exception {
        try (RawClient client = RawClient.greeted(daemon, CRC)) {
            client.send(MessageKind.ATTACH, JsonBody.text(new Attach(stream)));
            return client.report();
        }
    }

    @Test
    void shouldSuspendStreamsWhenTheDaemonStopsAndGoOnWhenItIsStartedAgain() throws Exception {
        StreamOpened opened;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                RawClient sender = RawClient.greeted(daemon, CRC)) {
            opened = sender.open(LARGE.request("eiger", 10L));
            for (int index = 0; index < 3; index++) {
                sender.sendFrame(index, LARGE, CRC);
            }
            Await.until("three have arrived", () -> daemon.count(Counter.FRAMES_RECEIVED) == 3);
            daemon.stop();
            assertThat(sender.expect(MessageKind.ERROR).json().get("code").asText())
                    .isEqualTo("suspended");
        }
        assertThat(hasEnd(opened)).isFalse();

        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream again = PenstockClient.attach(daemon.address(), opened.stream(), 1, StreamListener.NONE)) {
            assertThat(again.opened().receivedRanges()).containsExactly(new FrameRange(0, 3));
            assertThat(again.opened().writtenBelow()).isEqualTo(3);
            LARGE.send(again, 3, 10);
            report = again.end(10L);
        }

        assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
        assertThat(report.recovered()).isTrue();
        assertThat(report.framesWritten()).isEqualTo(10);
        assertThat(endReason(opened)).isEqualTo("SUCCESS");
        expect(report, LARGE, 10);
        judge.judge();
    }

    private static void sendHalf(RawClient client, long index, TestFrames frames) throws Exception {
        byte[] frame = RawClient.frame(index, frames.frame(index), CRC);
        client.send(frame, 0, frame.length / 2);
    }

    private FrameJudge.Job expect(Report report, TestFrames frames, long count) {
        return judge.expect(report.datasetFile(), "/" + report.entry() + "/measurement/" + report.detector())
                .pattern(frames)
                .frames(count);
    }

    /** Throws when there is no end: h5py finds no such name. */
    private static boolean hasEnd(StreamOpened opened) {
        return Boolean.parseBoolean(
                ForeignReader.h5py(Path.of(opened.scanFile()), "print('end_time' in f['/" + opened.entry() + "'])")
                        .toLowerCase(Locale.ROOT));
    }

    private static String endReason(StreamOpened opened) {
        return ForeignReader.h5py(
                Path.of(opened.scanFile()),
                "e = f['/" + opened.entry() + "']; e['end_time']; print(e['end_reason'].asstr()[()])");
    }
}
