package org.penstock.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.penstock.protocol.AckLevel;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;

/** What is kept and for how long, what comes again, and what counts as acknowledged. */
class ResumableStreamTest extends ResumableStreamFixture {
    @Test
    void shouldKeepWhatWasReceivedUntilItIsAcknowledged() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY)) {
            send(stream, 0, 4);
            awaitFrames(daemon, 4);
            daemon.has(0, 0, new FrameRange(0, 4));
            daemon.cut(0);
            awaitComeback();

            daemon.has(2, 0, new FrameRange(0, 2));
            daemon.cut(1);

            assertThat(daemon.await(MessageKind.FRAME).frame().frameIndex()).isEqualTo(2);
            assertThat(daemon.await(MessageKind.FRAME).frame().frameIndex()).isEqualTo(3);
            assertThat(stream.framesAcknowledged()).isEqualTo(2);
        }
    }

    @Test
    void shouldTakeTheAcknowledgementThatACutTook() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY)) {
            send(stream, 0, 2);
            awaitFrames(daemon, 2);
            daemon.has(2, 0, new FrameRange(0, 2));
            daemon.cut(0);

            assertThat(heard.frames.poll(10, TimeUnit.SECONDS)).isEqualTo(acknowledged(0, AckLevel.WRITTEN));
            assertThat(heard.frames.poll(10, TimeUnit.SECONDS)).isEqualTo(acknowledged(1, AckLevel.WRITTEN));
            assertThat(stream.isWritten(1)).isTrue();
            assertThat(stream.framesDurable()).isZero();
        }
    }

    @Test
    void shouldKeepFramesOfADurableStreamUntilTheyAreDurable() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100)) {
            daemon.ack("durable");
            try (ResumableStream stream = open(daemon, TINY)) {
                send(stream, 0, 3);
                awaitFrames(daemon, 3);
                daemon.acknowledgeDurable(0, 3, 1);
                for (long frame = 0; frame < 3; frame++) {
                    assertThat(heard.frames.poll(10, TimeUnit.SECONDS))
                            .isEqualTo(acknowledged(frame, AckLevel.WRITTEN));
                }
                assertThat(heard.frames.poll(10, TimeUnit.SECONDS)).isEqualTo(acknowledged(0, AckLevel.DURABLE));
                daemon.has(1, 1, new FrameRange(0, 1));
                daemon.cut(0);

                assertThat(daemon.await(MessageKind.FRAME).frame().frameIndex()).isEqualTo(1);
                assertThat(daemon.await(MessageKind.FRAME).frame().frameIndex()).isEqualTo(2);
                assertThat(stream.isWritten(0)).isTrue();
                assertThat(stream.isWritten(1)).isFalse();
                assertThat(stream.framesDurable()).isEqualTo(1);
                daemon.acknowledgeDurable(1, 3, 1, new FrameRange(2, 1));
                assertThat(heard.frames.poll(10, TimeUnit.SECONDS)).isEqualTo(acknowledged(2, AckLevel.DURABLE));
                assertThat(stream.isDurable(2)).isTrue();
                assertThat(stream.isDurable(1)).isFalse();
            }
        }
    }

    @Test
    void shouldSendAgainWhatTheDaemonTakesBack() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100)) {
            daemon.ack("durable");
            try (ResumableStream stream = open(daemon, TINY)) {
                send(stream, 0, 5);
                awaitFrames(daemon, 5);
                daemon.acknowledgeDurable(0, 5, 1);
                daemon.resend(0, new FrameRange(1, 2), new FrameRange(4, 1));

                for (long frame : List.of(1, 2, 4)) {
                    FrameHeader header = daemon.await(MessageKind.FRAME).frame();
                    assertThat(header.frameIndex()).isEqualTo(frame);
                    assertThat(header.flags()).isEqualTo(FrameHeader.SENT_BEFORE);
                }
                await(() -> heard.takenBack.size() == 2); // told when the frames may be on their way again already
                assertThat(heard.takenBack).containsExactly(new FrameRange(1, 2), new FrameRange(4, 1));
                assertThat(LongStream.range(0, 5).filter(stream::isWritten)).containsExactly(0L, 3L);
                assertThat(stream.framesAcknowledged()).isEqualTo(2);
                daemon.acknowledgeDurable(0, 5, 5);
                await(() -> stream.framesDurable() == 5);
                assertThat(stream.framesAcknowledged()).isEqualTo(5);
            }
        }
    }

    @Test
    void shouldBlockWhileMemoryIsFullOfWhatIsNotAcknowledged() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 1000);
                ResumableStream stream = open(daemon, TINY, POLICY.withKeptBytes(0))) {
            int most = 2 + 4;
            send(stream, 1, 1 + most);
            CompletableFuture<Void> blocked = CompletableFuture.runAsync(() -> send(stream, 20, 21));
            awaitFrames(daemon, most);
            daemon.ping(0, new byte[] {1});
            daemon.await(MessageKind.PONG);
            assertThat(daemon.isQuiet()).isTrue();
            assertThat(blocked).isNotDone();

            send(stream, 0, 1);

            assertThat(daemon.await(MessageKind.FRAME).frame().frameIndex())
                    .as("the one that the mark waits for is never kept out")
                    .isZero();
            daemon.acknowledge(0, 1);
            assertThat(daemon.await(MessageKind.FRAME).frame().frameIndex()).isEqualTo(20);
            blocked.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldSendADamagedFrameAgainSomeTimes() throws Exception {
        Failure damaged = new Failure("payload_checksum", "payload is damaged: frame=0", false, 0L);
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY)) {
            send(stream, 0, 1);
            for (int i = 0; i < KeptFrames.MOST_DAMAGES; i++) {
                daemon.await(MessageKind.FRAME);
                daemon.error(0, damaged);
            }
            daemon.await(MessageKind.FRAME);
            daemon.error(0, damaged);
            await(() -> heard.errors.size() == KeptFrames.MOST_DAMAGES + 1);
            daemon.acknowledge(0, 1);
            await(() -> stream.writtenBelow() == 1);

            assertThat(stream.isWritten(0)).isFalse();
            assertThat(stream.framesAcknowledged()).isZero();
            assertThat(daemon.isQuiet()).isTrue();
        }
    }

    @Test
    void shouldSayEndOnlyWhenNoFrameCanComeDamagedAnyMore() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY)) {
            daemon.holdPongs(true);
            send(stream, 0, 1);
            CompletableFuture<Report> report = end(stream, 1L);
            daemon.await(MessageKind.FRAME);
            byte[] ping = daemon.await(MessageKind.PING).body();
            daemon.error(0, new Failure("payload_checksum", "payload is damaged: frame=0", false, 0L));
            daemon.await(MessageKind.FRAME);
            daemon.pong(0, ping);
            byte[] second = daemon.await(MessageKind.PING).body();
            assertThat(daemon.isQuiet()).isTrue();
            daemon.pong(0, second);

            assertThat(daemon.await(MessageKind.END).body()).asString().isEqualTo("{\"frames\":1}");
            daemon.report(0, report(1));
            assertThat(report.get(10, TimeUnit.SECONDS)).isEqualTo(report(1));
        }
    }

    @Test
    void shouldNotTakeMissingFramesOfTheReportForAcknowledged() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY)) {
            send(stream, 0, 4);
            awaitFrames(daemon, 4);
            daemon.report(0, report(3, new FrameRange(1, 1)));
            await(() -> stream.report().isPresent());

            assertThat(heard.frames)
                    .containsExactly(acknowledged(0, AckLevel.WRITTEN), acknowledged(2, AckLevel.WRITTEN));
        }
    }

    @Test
    void shouldNotBelieveAMarkBeforeTheFramesOwnConnectionTellsIt() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 1);
                ResumableStream stream = open(daemon, TINY.withConnections(2))) {
            send(stream, 0, 2);
            int first = daemon.await(MessageKind.FRAME).connection();
            int second = daemon.await(MessageKind.FRAME).connection();
            assertThat(first + second).isEqualTo(1);
            daemon.acknowledge(first, 2);
            AcknowledgedFrame own = heard.frames.poll(10, TimeUnit.SECONDS);
            daemon.error(second, new Failure("too_late", "frame came too late", false, 1 - own.index()));
            await(() -> !heard.errors.isEmpty());
            daemon.acknowledge(second, 2);
            daemon.ping(second, new byte[] {1});
            daemon.await(MessageKind.PONG);

            assertThat(heard.frames).isEmpty();
            assertThat(stream.framesAcknowledged()).isEqualTo(1);
        }
    }

    @Test
    void shouldNotCountWhatTheDaemonHasWithOtherContent() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                ResumableStream stream = open(daemon, TINY)) {
            send(stream, 0, 2);
            awaitFrames(daemon, 2);
            daemon.error(0, new Failure("duplicate_frame", "received before with other content", false, 0L));
            daemon.acknowledge(0, 2);

            assertThat(heard.frames.poll(10, TimeUnit.SECONDS)).isEqualTo(acknowledged(1, AckLevel.WRITTEN));
            assertThat(stream.framesAcknowledged()).isEqualTo(1);
        }
    }

    @Test
    void shouldNotKeepWhatTheDaemonLeavesOut() throws Exception {
        OpenStream third = TINY.toBuilder().every(3L).build();
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 1000);
                ResumableStream stream = open(daemon, third, POLICY.withKeptBytes(0))) {
            send(stream, 0, 15);
            awaitFrames(daemon, 15);
            daemon.acknowledge(0, 15);

            await(() -> heard.frames.size() == 5);
            assertThat(heard.frames.stream().map(AcknowledgedFrame::index)).containsExactly(0L, 3L, 6L, 9L, 12L);
        }
    }

    @Test
    void shouldLetSendersGoWhenTheDaemonEndsTheStream() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 0);
                ResumableStream stream = open(daemon, TINY, POLICY.withKeptBytes(0))) {
            CompletableFuture<Throwable> blocked =
                    CompletableFuture.supplyAsync(() -> catchThrowable(() -> stream.send(40, 0, pixels(40))));
            send(stream, 1, 6);
            daemon.report(0, report(0));

            CompletableFuture<Throwable> late = blocked.thenApply(
                    first -> first == null ? catchThrowable(() -> stream.send(41, 0, pixels(41))) : first);
            await(() -> stream.report().isPresent());
            Throwable problem = late.get(10, TimeUnit.SECONDS);
            assertThat(problem == null ? catchThrowable(() -> stream.send(42, 0, pixels(42))) : problem)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("stream ended by the daemon: state=complete");
        }
    }

    @Test
    void shouldRefuseAPayloadThatIsNotOneFrame() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 8);
                ResumableStream stream = open(daemon, TINY)) {
            assertThatThrownBy(() -> stream.send(0, 0, ByteBuffer.allocate(13)))
                    .hasMessage("payload is not one frame: frame=0, encoding=raw, expectedBytes=12, actualBytes=13");
        }
    }
}
