package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.Report;

/** Messages that are wrong: each is answered by its code and by what was expected and what came, and nobody else notices. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BadInputIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 20L, 30L);
    private static final Checksum.Kind CRC = Checksum.Kind.CRC32C;
    private static final int HELLO = MessageKind.HELLO.code();
    private static final int FRAME = MessageKind.FRAME.code();

    @TempDir
    private Path dataDir;

    private TestDaemon daemon;
    private HealthyStream healthy;

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    @BeforeEach
    void begin() throws Exception {
        daemon = TestDaemon.start(
                dataDir,
                "{network: {handshake_timeout: 2 s, max_connections: 6, max_connections_per_peer: 6}, limits: {streams: 3},"
                        + " memory: {slab_bytes: 64 MiB, stream_bytes: 16 MiB}}");
        try {
            healthy = HealthyStream.begin(daemon);
        } catch (IOException | RuntimeException e) {
            daemon.close(); // else it would keep HDF5 from all that come after it
            throw e;
        }
    }

    @AfterEach
    void healthyStreamMustBeWhole() throws Exception {
        try {
            healthy.finish();
        } finally {
            healthy.close();
            daemon.close();
        }
    }

    static Stream<Arguments> badPrefixes() {
        byte[] http = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        return Stream.of(
                Arguments.of("another protocol", http, ErrorCode.MAGIC, "50 4E 53 54", "47 45 54 20"),
                prefix("another version", 9, HELLO, 0, 0, ErrorCode.VERSION, "expected=1", "actual=9"),
                prefix("a kind that is none", 1, 99, 0, 0, ErrorCode.UNKNOWN_KIND, "unknown", "actual=99"),
                prefix("a long header", 1, HELLO, 300, 0, ErrorCode.HEADER_BYTES, "expected=0", "actual=300"),
                prefix("a header where none is", 1, HELLO, 8, 0, ErrorCode.HEADER_BYTES, "expected=0", "actual=8"),
                prefix("a short header", 1, FRAME, 10, 0, ErrorCode.HEADER_BYTES, "expected=64", "actual=10"),
                prefix("a long body", 1, HELLO, 0, 2 << 20, ErrorCode.BODY_BYTES, "expected<=4096", "actual=2097152"),
                prefix(
                        "a body below 0",
                        1,
                        HELLO,
                        0,
                        -1,
                        ErrorCode.BODY_BYTES,
                        "expected<=4096",
                        "18446744073709551615"),
                prefix(
                        "a message of the daemon's",
                        1,
                        MessageKind.REPORT.code(),
                        0,
                        0,
                        ErrorCode.UNEXPECTED_MESSAGE,
                        "daemon",
                        "REPORT"));
    }

    private static Arguments prefix(
            String what, int version, int kind, int headerBytes, long bodyBytes, ErrorCode code, String... words) {
        byte[] bytes = RawClient.prefix(Prefix.MAGIC, version, kind, headerBytes, bodyBytes);
        return Arguments.of(what, bytes, code, words[0], words[1]);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badPrefixes")
    void shouldRefuse(String what, byte[] bytes, ErrorCode code, String expected, String actual) throws Exception {
        try (RawClient client = RawClient.connect(daemon)) {
            client.send(bytes);

            assertThat(client.fatal(code)).as(what).contains(expected, actual);
        }
    }

    @ParameterizedTest(name = "{0} before HELLO")
    @CsvSource({"OPEN_STREAM", "ATTACH", "END", "ABORT", "STATUS", "PING", "FRAME", "ARRAY"})
    void shouldRefuseBeforeHello(MessageKind kind) throws Exception {
        try (RawClient client = RawClient.connect(daemon)) {
            client.send(RawClient.prefix(Prefix.MAGIC, 1, kind.code(), kind.headerBytes(), 0));
            client.send(new byte[kind.headerBytes()]);

            assertThat(client.fatal(ErrorCode.UNEXPECTED_MESSAGE)).contains(kind.name());
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "HELLO | {} | UNEXPECTED_MESSAGE | HELLO",
                "OPEN_STREAM | {\"detector\": | JSON | JSON",
                "OPEN_STREAM | null | JSON | null",
                "OPEN_STREAM | [] | JSON | OpenStream",
                "OPEN_STREAM | {} | JSON | key=detector",
                "OPEN_STREAM | {\"colour\":\"red\"} | JSON | key=colour",
                "ATTACH | {\"stream\":\"nobody\"} | UNKNOWN_STREAM | actual=nobody",
                "ATTACH | {\"stream\":null} | JSON | stream",
                "ATTACH | {} | JSON | stream",
                "ATTACH | {\"stream\":\"x\",\"more\":1} | JSON | key=more",
                "END | {\"frames\":1} | UNEXPECTED_MESSAGE | END",
            })
    void shouldRefuseWhenGreeted(MessageKind kind, String body, ErrorCode code, String word) throws Exception {
        try (RawClient client = RawClient.greeted(daemon, CRC)) {
            client.send(kind, body);

            assertThat(client.fatal(code)).contains(word);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "'{\"frames\":\"ten\"}', JSON, frames",
        "'{\"frames\":-1}', BAD_VALUE, actual=-1",
        "'{\"frames\":1}', BAD_VALUE, actual=1",
        "'{\"frames\":11}', BAD_VALUE, actual=11",
        "'{\"count\":3}', JSON, key=count"
    })
    void shouldRefuseAnEndThatContradicts(String body, ErrorCode code, String word) throws Exception {
        try (RawClient client = RawClient.streaming(daemon, CRC, FRAMES.request("bad", 10L))) {
            client.sendFrame(0, FRAMES, CRC);
            client.sendFrame(1, FRAMES, CRC);
            client.send(MessageKind.END, body);

            assertThat(client.fatal(code)).contains(word);
        }
    }

    @Test
    void shouldRefusePayloadOfAnotherLength() throws Exception {
        TestFrames others = TestFrames.of(ElementType.U2, 20L, 31L);
        try (RawClient client = RawClient.streaming(daemon, CRC, FRAMES.request("bad", 10L))) {
            client.sendFrame(0, others, CRC);

            assertThat(client.fatal(ErrorCode.PAYLOAD_BYTES)).contains("expected=1200", "actual=1240", "frame=0");
        }
    }

    @ParameterizedTest(name = "byte {0} of the header = {1}")
    @CsvSource({
        "44, 1, channel=1",
        "48, 2, moduleRow=2",
        "52, 3, moduleColumn=3",
        "56, 1, actual=bslz4",
        "56, 77, actual=77"
    })
    void shouldRefuseFramesThatAreNotRawAndWhole(int at, byte value, String word) throws Exception {
        try (RawClient client = RawClient.streaming(daemon, Checksum.Kind.NONE, FRAMES.request("bad", 10L))) {
            byte[] frame = RawClient.frame(0, FRAMES.frame(0), Checksum.Kind.NONE);
            frame[at] = value;
            client.send(frame);

            assertThat(client.fatal(ErrorCode.UNSUPPORTED)).contains(word);
        }
    }

    @ParameterizedTest
    @CsvSource({"10", "1000000000000", "-1"})
    void shouldGoOnAfterAnIndexBeyondTheCount(long index) throws Exception {
        try (RawClient client = RawClient.streaming(daemon, CRC, FRAMES.request("bad", 10L))) {
            client.send(RawClient.frame(index, FRAMES.frame(0), CRC));

            assertThat(client.notFatal(ErrorCode.FRAME_INDEX))
                    .contains("expected<10", "actual=" + Long.toUnsignedString(index));
            isCompleteAfter(client, 0, 10);
        }
    }

    @Test
    void shouldAcknowledgeTheSameFrameAgainAndRefuseAnother() throws Exception {
        try (RawClient client = RawClient.streaming(daemon, CRC, FRAMES.request("bad", 10L))) {
            for (int index = 0; index < 10; index++) {
                client.sendFrame(index, FRAMES, CRC);
            }
            client.awaitWritten(10);
            client.sendFrame(3, FRAMES, CRC);
            client.awaitWritten(10);
            client.send(RawClient.frame(3, FRAMES.withSeed(2).frame(3), CRC));

            assertThat(client.error(ErrorCode.DUPLICATE_FRAME).get("frame").asInt())
                    .isEqualTo(3);
            client.end(10L);
            Report report = client.report();
            assertThat(report.duplicates()).isEqualTo(2);
            isWhatWasSent(report);
        }
    }

    @Test
    void shouldCloseAfterADamagedHeader() throws Exception {
        try (RawClient client = RawClient.streaming(daemon, CRC, FRAMES.request("bad", 10L))) {
            byte[] frame = RawClient.frame(4, FRAMES.frame(4), CRC);
            frame[17] ^= 1;
            client.send(frame);

            assertThat(client.fatal(ErrorCode.HEADER_CHECKSUM)).contains("bad");
        }
    }

    @Test
    void shouldTakeADamagedFrameWhenItIsSentAgain() throws Exception {
        try (RawClient client = RawClient.streaming(daemon, CRC, FRAMES.request("bad", 10L))) {
            byte[] frame = RawClient.frame(4, FRAMES.frame(4), CRC);
            frame[FrameHeader.BYTES + 77] ^= 1;
            client.send(frame);

            JsonNode error = client.error(ErrorCode.PAYLOAD_CHECKSUM);
            assertThat(error.get("frame").asInt()).isEqualTo(4);
            assertThat(error.get("fatal").asBoolean()).isFalse();
            assertThat(error.get("message").asText()).contains("expected=", "actual=");
            isCompleteAfter(client, 0, 10);
        }
    }

    @Test
    void shouldRefuseAFrameAfterEnd() throws Exception {
        try (RawClient client = RawClient.greeted(daemon, CRC);
                RawClient other = RawClient.greeted(daemon, CRC)) {
            other.attach(client.open(FRAMES.request("bad", 10L).withConnections(2)).stream());
            client.end(10L);
            client.sendFrame(0, FRAMES, CRC);

            assertThat(client.fatal(ErrorCode.UNEXPECTED_MESSAGE)).contains("FRAME", "ENDING", "STREAMING");
            isCompleteAfter(other, 0, 10);
        }
    }

    @Test
    void shouldReadOverArraysThatItDoesNotStore() throws Exception {
        try (RawClient client = RawClient.streaming(daemon, CRC, FRAMES.request("bad", 10L))) {
            client.send(RawClient.prefix(Prefix.MAGIC, 1, MessageKind.ARRAY.code(), 32, 300_000));
            client.send(new byte[32 + 300_000]);

            client.notFatal(ErrorCode.UNSUPPORTED);
            isCompleteAfter(client, 0, 10);
        }
    }

    @ParameterizedTest(name = "after {0} bytes of a frame")
    @CsvSource({"1", "15", "16", "50", "79", "80", "81", "700"})
    void shouldNotMindACutInsideAFrame(int bytes) throws Exception {
        byte[] frame = RawClient.frame(0, FRAMES.frame(0), CRC);
        String id;
        try (RawClient client = RawClient.greeted(daemon, CRC)) {
            id = client.open(FRAMES.request("bad", 10L)).stream();
            client.send(frame, 0, bytes);
        }
        try (RawClient client = RawClient.greeted(daemon, CRC)) {
            assertThat(client.attach(id).receivedRanges()).isEmpty();
            isCompleteAfter(client, 0, 10);
        }
    }

    @Test
    void shouldCloseAConnectionThatOpensNothing() throws Exception {
        try (RawClient mute = RawClient.connect(daemon);
                RawClient greeted = RawClient.greeted(daemon, CRC)) {
            assertThat(mute.fatal(ErrorCode.HANDSHAKE_TIMEOUT)).contains("CONNECTED");
            assertThat(greeted.fatal(ErrorCode.HANDSHAKE_TIMEOUT)).contains("GREETED");
        }
    }

    @Test
    void shouldRefuseConnectionsBeyondTheLimit() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(RawClient.greeted(daemon, CRC));
        }
        try (RawClient tooMany = RawClient.connect(daemon)) {
            assertThat(tooMany.fatal(ErrorCode.BUSY)).contains("network.max_connections=6");
        }
        for (RawClient client : clients) {
            client.close();
        }
    }

    @Test
    void shouldRefuseStreamsBeyondTheLimit() throws Exception {
        try (RawClient second = RawClient.streaming(daemon, CRC, FRAMES.request("two", 1L));
                RawClient third = RawClient.streaming(daemon, CRC, FRAMES.request("three", 1L));
                RawClient fourth = RawClient.greeted(daemon, CRC)) {
            fourth.send(MessageKind.OPEN_STREAM, Requests.text(FRAMES.request("four", 1L), Map.of()));

            assertThat(fourth.fatal(ErrorCode.BUSY)).contains("limits.streams=3");
            second.ping();
            third.ping();
        }
    }

    @Test
    void shouldRefuseAStreamThatMemoryDoesNotHold() throws Exception {
        TestFrames large = TestFrames.of(ElementType.U2, 4000L, 4000L);
        try (RawClient client = RawClient.greeted(daemon, CRC)) {
            client.send(MessageKind.OPEN_STREAM, Requests.text(large.request("large", 1L), Map.of()));

            assertThat(client.fatal(ErrorCode.BUSY)).contains("needed=", "free=", "memory.slab_bytes");
        }
    }

    @Test
    void shouldAnswerOnAControlConnectionForAsLongAsItLikes() throws Exception {
        try (RawClient control = RawClient.connect(daemon)) {
            control.send(MessageKind.HELLO, "{\"role\":\"control\"}");
            control.expect(MessageKind.HELLO);
            Await.elapsed(700);
            control.ping();
            control.send(MessageKind.STATUS, "{}");
            JsonNode status = control.expect(MessageKind.STATUS).json();
            assertThat(status.get("streams").asInt()).isEqualTo(1);
            control.send(MessageKind.ABORT, "{\"stream\":\"nobody\",\"reason\":\"test\"}");
            assertThat(control.notFatal(ErrorCode.UNKNOWN_STREAM)).contains("actual=nobody");
            control.ping();
            assertThat(daemon.count(Counter.STREAMS_ENDED)).isZero();
            control.send(MessageKind.ABORT, "{\"reason\":\"test\"}");
            assertThat(control.fatal(ErrorCode.JSON)).contains("key=stream");
        }
    }

    private void isCompleteAfter(RawClient client, int from, int to) throws Exception {
        for (int index = from; index < to; index++) {
            client.sendFrame(index, FRAMES, CRC);
        }
        client.end((long) to);
        isWhatWasSent(client.report());
    }

    private static void isWhatWasSent(Report report) throws Exception {
        assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
        FrameJudge judge = new FrameJudge();
        judge.expect(report.datasetFile(), "/" + report.entry() + "/measurement/bad")
                .pattern(FRAMES)
                .frames(10);
        judge.judge();
    }
}
