package org.penstock.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;

class FrameStreamTest {
    private static final OpenStream TINY = OpenStream.of("tiny", ElementType.U2, List.of(2L, 3L), 10L);
    private static final Report REPORT = new Report(
            "s1",
            "tiny",
            "c1",
            "1.1",
            Report.COMPLETE,
            "",
            false,
            2,
            2,
            2,
            0,
            0,
            0,
            0,
            0,
            List.of(),
            List.of(),
            List.of(),
            null,
            24,
            24,
            0.1,
            List.of(),
            null,
            null);

    /** Everything the stream was told, in order. */
    private static final class Heard implements StreamListener {
        final BlockingQueue<Object> all = new LinkedBlockingQueue<>();

        @Override
        public void onWrittenBelow(long frameIndex) {
            all.add(frameIndex);
        }

        @Override
        public void onDropped(FrameRange frames) {
            all.add(frames);
        }

        @Override
        public void onError(Failure failure) {
            all.add(failure);
        }

        Object next() throws InterruptedException {
            return all.poll(10, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"crc32c", "crc32", "none"})
    void shouldSendFramesAsTheyAre(String checksum) throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon(checksum, 8);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY)) {
            ByteBuffer payload = pixels(40).position(4).limit(16);

            stream.send(7, 123, payload);

            ScriptedDaemon.Received frame = daemon.await(MessageKind.FRAME);
            assertThat(frame.frame().frameIndex()).isEqualTo(7);
            assertThat(frame.frame().timestampNs()).isEqualTo(123);
            assertThat(ByteBuffer.wrap(frame.body())).isEqualTo(payload);
            assertThat(payload.position()).isEqualTo(4);
            assertThat(payload.limit()).isEqualTo(16);
        }
    }

    @Test
    void shouldSendSmallFramesThatAreChangedAfterwardsAsTheyWere() throws Exception {
        int frames = 20_000; // more than both buffers hold
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", frames);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY)) {
            ByteBuffer payload = pixels(12);
            for (int i = 0; i < frames; i++) {
                stream.send(i, i, payload.putInt(0, i));
            }
            for (int i = 0; i < frames; i++) {
                ScriptedDaemon.Received frame = daemon.await(MessageKind.FRAME);
                assertThat(frame.frame().frameIndex()).isEqualTo(i);
                assertThat(ByteBuffer.wrap(frame.body())
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .getInt(0))
                        .isEqualTo(i);
            }
        }
    }

    @Test
    void shouldSendSmallFramesOfSeveralThreadsOneAfterTheOther() throws Exception {
        int each = 3_000;
        int threads = 4;
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 12_000);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY)) {
            List<Thread> senders = IntStream.range(0, threads)
                    .mapToObj(thread -> Thread.ofPlatform().start(() -> {
                        for (int i = 0; i < each; i++) {
                            send(stream, (long) thread * each + i);
                        }
                    }))
                    .toList();
            long[] next =
                    LongStream.range(0, threads).map(thread -> thread * each).toArray();
            for (int i = 0; i < threads * each; i++) {
                long index = daemon.await(MessageKind.FRAME).frame().frameIndex();
                int thread = (int) (index / each);
                assertThat(index).isEqualTo(next[thread]++);
            }
            for (Thread sender : senders) {
                sender.join();
            }
        }
    }

    private static void send(FrameStream stream, long frame) {
        try {
            stream.connection(0).send(frame, 0, pixels(12));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldHaveWrittenSmallFramesWhenItIsClosed() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100)) {
            try (FrameStream stream = PenstockClient.open(daemon.address(), TINY)) {
                for (int i = 0; i < 100; i++) {
                    stream.send(i, 0, pixels(12));
                }
            }
            for (int i = 0; i < 100; i++) {
                assertThat(daemon.await(MessageKind.FRAME).frame().frameIndex()).isEqualTo(i);
            }
        }
    }

    @Test
    void shouldWaitForCredit() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 2);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY)) {
            Thread sender = Thread.ofPlatform().start(() -> sendAll(stream.connection(0), stream, 5));
            daemon.await(MessageKind.FRAME);
            daemon.await(MessageKind.FRAME);
            while (sender.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            daemon.ping(0, new byte[] {1});
            daemon.await(MessageKind.PONG);
            assertThat(daemon.isQuiet()).isTrue();
            assertThat(stream.connection(0).credit()).isZero();

            daemon.credit(0, 5);

            assertThat(daemon.await(MessageKind.FRAME).frame().frameIndex()).isEqualTo(2);
            sender.join();
        }
    }

    @Test
    void shouldNotWaitForCreditWhenTheDaemonMayDrop() throws Exception {
        OpenStream dropping = JsonBody.readStrict(
                "{\"detector\":\"tiny\",\"dtype\":\"u2\",\"shape\":[2,3],\"overflow\":\"drop\"}"
                        .getBytes(StandardCharsets.UTF_8),
                OpenStream.class);
        Heard heard = new Heard();
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 0);
                FrameStream stream = PenstockClient.open(daemon.address(), dropping, heard)) {
            stream.send(0, 0, pixels(12));
            daemon.await(MessageKind.FRAME);
            daemon.dropped(0, new FrameRange(0, 1));
            daemon.acknowledge(0, 1);

            assertThat(heard.next()).isEqualTo(new FrameRange(0, 1));
            assertThat(heard.next()).isEqualTo(1L);
            assertThat(stream.writtenBelow()).isEqualTo(1);
            assertThat(stream.isWritten(0)).isFalse();
        }
    }

    @Test
    void shouldKnowWhatWasAcknowledgedInAndOutOfOrder() throws Exception {
        Heard heard = new Heard();
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 8);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY, heard)) {
            daemon.acknowledge(0, 2, new FrameRange(4, 2), new FrameRange(8, 1));
            assertThat(heard.next()).isEqualTo(2L);

            assertThat(stream.isWritten(1)).isTrue();
            assertThat(stream.isWritten(2)).isFalse();
            assertThat(stream.isWritten(4)).isTrue();
            assertThat(stream.isWritten(6)).isFalse();
            assertThat(stream.isWritten(8)).isTrue();

            daemon.acknowledge(0, 7);
            assertThat(heard.next()).isEqualTo(7L);
            assertThat(stream.isWritten(6)).isTrue();
            assertThat(stream.isWritten(7)).isFalse();
            assertThat(stream.isWritten(8)).isTrue();
        }
    }

    @Test
    void shouldSpreadFramesOverConnectionsAndThreads() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 100);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY.withConnections(3))) {
            List<Thread> senders = List.of(
                    Thread.ofPlatform().start(() -> sendAll(stream.connection(0), stream, 50)),
                    Thread.ofPlatform().start(() -> sendAll(stream.connection(1), stream, 50)),
                    Thread.ofPlatform().start(() -> sendAll(stream.connection(1), stream, 50)),
                    Thread.ofPlatform().start(() -> sendAll(stream.connection(2), stream, 50)));

            Set<Integer> connections = ConcurrentHashMap.newKeySet();
            for (int i = 0; i < 200; i++) {
                connections.add(daemon.await(MessageKind.FRAME).connection());
            }

            assertThat(connections).containsExactlyInAnyOrder(0, 1, 2);
            for (Thread sender : senders) {
                sender.join();
            }
        }
    }

    @Test
    void shouldReturnTheReportAfterEndOnEveryConnection() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 8);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY.withConnections(2))) {
            stream.send(0, 0, pixels(12));
            stream.send(1, 0, pixels(12));
            CompletableFuture<Report> report = CompletableFuture.supplyAsync(() -> end(stream, 2L));

            ScriptedDaemon.Received first = daemon.await(MessageKind.END);
            ScriptedDaemon.Received second = daemon.await(MessageKind.END);
            daemon.report(0, REPORT);
            daemon.cut(0);
            daemon.cut(1);

            assertThat(first.connection() + second.connection()).isEqualTo(1);
            assertThat(first.body()).asString().isEqualTo("{\"frames\":2}");
            assertThat(report.get(10, TimeUnit.SECONDS)).isEqualTo(REPORT);
        }
    }

    @Test
    void shouldSurfaceAFatalErrorInSendAndEnd() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 1);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY)) {
            stream.send(0, 0, pixels(12));
            CompletableFuture<Throwable> blocked =
                    CompletableFuture.supplyAsync(() -> catchThrowable(() -> stream.send(1, 0, pixels(12))));

            daemon.error(0, new Failure("storage", "disk full: freeBytes=0", true, null));

            assertThat(blocked.get(10, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            ProtocolException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE))
                    .hasMessageContaining("disk full");
            assertThatThrownBy(() -> stream.end(1L))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("disk full");
        }
    }

    @Test
    void shouldGoOnAfterAnErrorThatIsNotFatal() throws Exception {
        Heard heard = new Heard();
        Failure damaged = new Failure("payload_checksum", "payload damaged: frame=0", false, 0L);
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 8);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY, heard)) {
            stream.send(0, 0, pixels(12));
            daemon.error(0, damaged);
            assertThat(heard.next()).isEqualTo(damaged);

            stream.send(1, 0, pixels(12));

            daemon.await(MessageKind.FRAME);
            assertThat(daemon.await(MessageKind.FRAME).frame().frameIndex()).isEqualTo(1);
            daemon.acknowledge(0, 2);
            assertThat(heard.next()).isEqualTo(2L);
            assertThat(stream.isWritten(0)).isFalse();
        }
    }

    @Test
    void shouldSayThatTheConnectionBroke() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 8);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY)) {
            daemon.cut(0);

            assertThatThrownBy(() -> stream.end(null))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no report: stream=s1");
        }
    }

    @Test
    void shouldSayThatTheDaemonEndedTheStreamWhileFramesWereSent() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 1);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY)) {
            stream.send(0, 0, pixels(12));
            CompletableFuture<Throwable> blocked =
                    CompletableFuture.supplyAsync(() -> catchThrowable(() -> stream.send(1, 0, pixels(12))));

            daemon.report(0, REPORT);
            daemon.cut(0);

            assertThat(blocked.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("stream ended by the daemon: state=complete");
            assertThat(stream.report()).contains(REPORT);
        }
    }

    @Test
    void shouldThrowWhatTheDaemonRefusesWith() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 8)) {
            daemon.refuse(new Failure("bad_name", "bad name: key=detector", true, null));

            assertThatThrownBy(() -> PenstockClient.open(daemon.address(), TINY))
                    .isInstanceOfSatisfying(
                            ProtocolException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_NAME))
                    .hasMessage("bad name: key=detector");
        }
    }

    @Test
    void shouldRefuseAPayloadThatIsNotOneFrame() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 8);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY)) {
            assertThatThrownBy(() -> stream.send(0, 0, pixels(13)))
                    .hasMessage("payload is not one frame: frame=0, encoding=raw, expectedBytes=12, actualBytes=13");
        }
    }

    @Test
    void shouldTakeAStreamUpAgain() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 8);
                FrameStream stream = PenstockClient.attach(daemon.address(), "s1", 1, StreamListener.NONE)) {
            assertThat(stream.opened().receivedRanges()).containsExactly(new FrameRange(0, 2));
            assertThat(daemon.await(MessageKind.ATTACH).body()).asString().isEqualTo("{\"stream\":\"s1\"}");
        }
    }

    @Test
    void shouldSayThatAStreamHasEndedWhenItIsTakenUp() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 8)) {
            daemon.reportOnAttach(REPORT);

            assertThatThrownBy(() -> PenstockClient.attach(daemon.address(), "s1", 1, StreamListener.NONE))
                    .isInstanceOfSatisfying(
                            ProtocolException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STREAM_ENDED))
                    .hasMessageContaining("state=complete");
        }
    }

    @Test
    void shouldForgetThatFramesWereWrittenThatAreTakenBack() throws Exception {
        Heard heard = new Heard();
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 8);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY, heard)) {
            daemon.acknowledge(0, 4, new FrameRange(6, 4));
            daemon.resend(0, new FrameRange(2, 1), new FrameRange(7, 2));
            daemon.acknowledgeDurable(0, 2, 1, new FrameRange(3, 1));
            assertThat(heard.next()).isEqualTo(4L);
            daemon.acknowledge(0, 3);
            assertThat(heard.next()).isEqualTo(3L);

            assertThat(LongStream.range(0, 10).filter(stream::isWritten)).containsExactly(0L, 1L, 2L, 3L, 6L, 9L);
            assertThat(LongStream.range(0, 10).filter(stream::isDurable)).containsExactly(0L, 3L);
            assertThat(stream.durableBelow()).isEqualTo(1);
        }
    }

    @Test
    void shouldAbortOverAConnectionOfItsOwn() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 8);
                FrameStream stream = PenstockClient.open(daemon.address(), TINY)) {
            stream.abort("beam dump");

            ScriptedDaemon.Received abort = daemon.await(MessageKind.ABORT);
            assertThat(abort.connection()).isEqualTo(1);
            assertThat(abort.body()).asString().isEqualTo("{\"stream\":\"s1\",\"reason\":\"beam dump\"}");
        }
    }

    @Test
    void shouldAskForStatusAlsoAfterARefusal() throws Exception {
        try (ScriptedDaemon daemon = new ScriptedDaemon("crc32c", 8);
                ControlConnection control = PenstockClient.control(daemon.address())) {
            daemon.refuse(new Failure("unknown_stream", "unknown stream: stream=s9", false, null));

            assertThatThrownBy(() -> control.abort("s9", "beam dump")).hasMessage("unknown stream: stream=s9");
            assertThat(control.status().path("streams").isArray()).isTrue();
        }
    }

    private static void sendAll(FrameConnection connection, FrameStream stream, int frames) {
        ByteBuffer payload = pixels((int) stream.opened().frameBytes());
        try {
            for (int frame = 0; frame < frames; frame++) {
                connection.send(frame, 0, payload);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Report end(FrameStream stream, Long frames) {
        try {
            return stream.end(frames);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ByteBuffer pixels(int bytes) {
        ByteBuffer payload = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < bytes; i++) {
            payload.put(i, (byte) i);
        }
        return payload;
    }
}
