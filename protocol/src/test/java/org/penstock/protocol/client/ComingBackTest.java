package org.penstock.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.protocol.AckLevel;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;

/** Cuts, restarts and silences: a stream comes back with what is missing, or gives up and says why. */
class ComingBackTest extends ResumableStreamFixture {
    @ParameterizedTest
    @EnumSource(ScriptedDaemon.Ending.class)
    void shouldSendAFrameAgainThatWasCutAtAnyByte(ScriptedDaemon.Ending ending) throws Exception {
        for (int bytes = 0; bytes < FrameHeader.BYTES + FRAME_BYTES; bytes++) {
            try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                    ResumableStream stream = open(daemon, TINY)) {
                daemon.has(0, 0, new FrameRange(0, 3));
                daemon.cutIn(3, bytes, ending);
                send(stream, 0, 6);

                for (long frame : List.of(0, 1, 2, 3, 4, 5)) {
                    ScriptedDaemon.Received received = daemon.await(MessageKind.FRAME);
                    assertThat(received.frame().frameIndex())
                            .as("cut after %d bytes", bytes)
                            .isEqualTo(frame);
                    assertThat(ByteBuffer.wrap(received.body())).isEqualTo(pixels(frame));
                    assertThat(received.connection()).isEqualTo(frame < 3 ? 0 : 1);
                }
                assertThat(stream.resumed()).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldSendOnlyWhatIsMissingAndSayThatItWasSentBefore() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY)) {
            send(stream, 0, 6);
            awaitFrames(daemon, 6);
            daemon.acknowledge(0, 1);
            daemon.has(1, 0, new FrameRange(0, 2), new FrameRange(4, 1));
            daemon.cut(0);

            for (long frame : List.of(2, 3, 5)) {
                FrameHeader header = daemon.await(MessageKind.FRAME).frame();
                assertThat(header.frameIndex()).isEqualTo(frame);
                assertThat(header.flags()).isEqualTo(FrameHeader.SENT_BEFORE);
            }
            send(stream, 6, 7);
            FrameHeader fresh = daemon.await(MessageKind.FRAME).frame();
            assertThat(fresh.frameIndex()).isEqualTo(6);
            assertThat(fresh.flags()).isZero();
        }
    }

    @Test
    void shouldOfferTheStreamsChecksumAloneWhenItComesBack() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32", 100);
                ResumableStream _ = open(daemon, TINY)) {
            assertThat(daemon.await(MessageKind.HELLO).body()).asString().contains("[\"crc32c\",\"crc32\",\"none\"]");
            daemon.cut(0);

            assertThat(daemon.await(MessageKind.HELLO).body()).asString().contains("\"checksums\":[\"crc32\"]");
            assertThat(daemon.await(MessageKind.ATTACH).body()).asString().isEqualTo("{\"stream\":\"s1\"}");
        }
    }

    @Test
    void shouldSayEndAgainAfterACut() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY)) {
            send(stream, 0, 2);
            CompletableFuture<Report> report = end(stream, 2L);
            daemon.await(MessageKind.END);
            daemon.has(0, 0, new FrameRange(0, 1));
            daemon.cut(0);

            assertThat(daemon.await(MessageKind.FRAME).frame().frameIndex()).isEqualTo(1);
            assertThat(daemon.await(MessageKind.END).connection()).isEqualTo(1);
            daemon.report(1, report(2));
            assertThat(report.get(10, TimeUnit.SECONDS).framesWritten()).isEqualTo(2);
            assertThat(stream.framesAcknowledged())
                    .as("the report acknowledges too")
                    .isEqualTo(2);
        }
    }

    @Test
    void shouldTakeTheReportAsTheAnswerToAttach() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY)) {
            send(stream, 0, 2);
            CompletableFuture<Report> report = end(stream, 2L);
            daemon.await(MessageKind.END);
            daemon.reportOnAttach(report(2));
            daemon.cut(0, ScriptedDaemon.Ending.RESET);

            assertThat(report.get(10, TimeUnit.SECONDS)).isEqualTo(report(2));
            assertThat(stream.report()).contains(report(2));
            assertThat(stream.framesAcknowledged()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"suspended", "stream_ended", "busy", "shutdown"})
    void shouldComeBackLaterWhenTheDaemonCannotNow(String code) throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY)) {
            send(stream, 0, 1);
            awaitFrames(daemon, 1);
            daemon.has(0, 0);
            daemon.refuse(new Failure(code, "not now", true, null));
            daemon.error(0, new Failure("suspended", "daemon stops", true, null));
            daemon.await(MessageKind.ATTACH);
            daemon.await(MessageKind.ATTACH);
            daemon.refuseNoMore();

            assertThat(daemon.await(MessageKind.FRAME).frame().frameIndex()).isZero();
            assertThat(heard.cuts).containsExactly("daemon stops");
        }
    }

    @Test
    void shouldGoOnWithADaemonThatWasRestarted() throws Exception {
        ScriptedDaemon first = new ScriptedDaemon("crc32c", 100);
        int port = first.address().getPort();
        try (ResumableStream stream = open(first, TINY.withConnections(2))) {
            send(stream, 0, 4);
            awaitFrames(first, 4);
            CompletableFuture<Report> report = end(stream, 4L);
            first.await(MessageKind.END);
            first.close();
            assertThat(heard.cuts.poll(10, TimeUnit.SECONDS)).isNotNull();
            try (ScriptedDaemon second = new ScriptedDaemon("crc32c", 100, port)) {
                second.has(1, 0, new FrameRange(0, 1));

                List<Long> again = List.of(index(second), index(second), index(second));
                second.await(MessageKind.END);
                second.report(0, report(4));

                assertThat(again).containsExactlyInAnyOrder(1L, 2L, 3L);
                assertThat(report.get(10, TimeUnit.SECONDS)).isEqualTo(report(4));
                assertThat(stream.framesAcknowledged()).isEqualTo(4);
            }
        }
    }

    @Test
    void shouldGiveUpWhatIsReallyGone() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY)) {
            daemon.refuse(new Failure("unknown_stream", "no such stream: stream=s1", true, null));
            daemon.cut(0);

            assertThatThrownBy(() -> stream.end(null))
                    .isInstanceOfSatisfying(
                            ProtocolException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_STREAM));
            assertThatThrownBy(() -> stream.send(0, 0, pixels(0))).hasMessageContaining("no such stream");
        }
    }

    @Test
    void shouldGiveUpWhenPatienceIsOver() throws Exception {
        ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
        try (ResumableStream stream = open(daemon, TINY, POLICY.withPatience(Duration.ofMillis(200)))) {
            daemon.close();

            assertThatThrownBy(() -> stream.end(null))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no report: stream=s1");
            assertThat(stream.resumed()).isZero();
        }
    }

    @Test
    void shouldGiveUpWhenItComesBackAgainAndAgainWithoutProgress() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY, POLICY.withPatience(Duration.ofMillis(500)))) {
            daemon.has(0, 0);
            send(stream, 0, 1);
            CompletableFuture<Throwable> failure =
                    CompletableFuture.supplyAsync(() -> catchThrowable(() -> stream.end(1L)));
            int cut = 0;
            while (!failure.isDone()) {
                if (daemon.connections() > cut) {
                    daemon.cut(cut);
                    cut++;
                }
                Thread.onSpinWait();
            }

            assertThat(failure.get()).isInstanceOf(IOException.class);
            assertThat(cut).as("back-off").isBetween(2, 20);
        }
    }

    @Test
    void shouldGiveUpAtTheFirstCutWithoutPatience() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY, POLICY.withPatience(Duration.ZERO))) {
            daemon.cut(0);

            assertThatThrownBy(() -> stream.end(null)).hasMessageContaining("closed by the daemon");
            assertThat(daemon.connections()).isEqualTo(1);
        }
    }

    @Test
    void shouldDoubtADaemonThatDoesNotEvenAnswerAPing() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY, POLICY.withSilence(Duration.ofMillis(60)))) {
            daemon.await(MessageKind.PING);
            daemon.await(MessageKind.PING);
            assertThat(stream.resumed()).as("silent, but it answers").isZero();
            daemon.has(0, 0);
            daemon.mute();
            send(stream, 0, 1);
            assertThat(daemon.await(MessageKind.FRAME).connection()).isZero();

            assertThat(daemon.await(MessageKind.FRAME).connection()).isEqualTo(1);
            assertThat(heard.cuts.poll(10, TimeUnit.SECONDS)).contains("nothing heard from the daemon");
        }
    }

    @Test
    void shouldWaitForADaemonWhoseDiskIsFull() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY, POLICY.withSilence(Duration.ofMillis(20)))) {
            send(stream, 0, 1);
            daemon.await(MessageKind.FRAME);
            daemon.error(0, new Failure("disk_full", "no room", false, null));
            assertThat(heard.errors.poll(10, TimeUnit.SECONDS)).isNotNull();
            daemon.mute();
            for (int ping = 0; ping < 10; ping++) {
                daemon.await(MessageKind.PING);
            }
            daemon.acknowledge(0, 1);

            assertThat(heard.frames.poll(10, TimeUnit.SECONDS)).isEqualTo(acknowledged(0, AckLevel.WRITTEN));
            assertThat(heard.cuts).isEmpty();
        }
    }
}
