package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;

/** A socket that says whatever it is told to, right or wrong, and nothing by itself. */
final class RawClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ANSWER_MS = 20_000;

    private final Socket socket;
    private final DataInputStream input;

    /** A message as it came. */
    record Message(MessageKind kind, ByteBuffer header, ByteBuffer body) {
        byte[] bytes() {
            byte[] bytes = new byte[body.capacity()];
            body.get(0, bytes);
            return bytes;
        }

        JsonNode json() throws IOException {
            return JSON.readTree(bytes());
        }

        List<FrameRange> ranges() {
            ByteBuffer pairs = body.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            List<FrameRange> ranges = new ArrayList<>();
            while (pairs.hasRemaining()) {
                ranges.add(new FrameRange(pairs.getLong(), pairs.getLong()));
            }
            return ranges;
        }
    }

    private RawClient(InetSocketAddress daemon, String from) throws IOException {
        socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(daemon);
        socket.setSoTimeout(ANSWER_MS);
        socket.setTcpNoDelay(true);
        input = new DataInputStream(socket.getInputStream());
    }

    static RawClient connect(TestDaemon daemon) throws IOException {
        return connect(daemon.address(), "127.0.0.1");
    }

    /** Connects from one of the machine's own addresses: all of 127.0.0.0/8 is. */
    static RawClient connect(InetSocketAddress daemon, String from) throws IOException {
        return new RawClient(daemon, from);
    }

    /** Connects and says hello. */
    static RawClient greeted(TestDaemon daemon, Checksum.Kind checksum) throws IOException {
        return greeted(daemon.address(), checksum);
    }

    /** The same with a daemon in a JVM of its own. */
    static RawClient greeted(InetSocketAddress daemon, Checksum.Kind checksum) throws IOException {
        RawClient client = connect(daemon, "127.0.0.1");
        client.greet(checksum);
        return client;
    }

    void greet(Checksum.Kind checksum) throws IOException {
        send(MessageKind.HELLO, "{\"role\":\"data\",\"checksums\":[\"" + checksum.wireName() + "\"]}");
        expect(MessageKind.HELLO);
    }

    /** Connects, says hello and opens a stream. */
    static RawClient streaming(TestDaemon daemon, Checksum.Kind checksum, OpenStream request) throws IOException {
        RawClient client = greeted(daemon, checksum);
        client.open(request);
        return client;
    }

    StreamOpened open(OpenStream request) throws IOException {
        send(MessageKind.OPEN_STREAM, JsonBody.text(request));
        return JsonBody.readLenient(expect(MessageKind.STREAM_OPENED).bytes(), StreamOpened.class);
    }

    StreamOpened attach(String stream) throws IOException {
        send(MessageKind.ATTACH, "{\"stream\":\"" + stream + "\"}");
        return JsonBody.readLenient(expect(MessageKind.STREAM_OPENED).bytes(), StreamOpened.class);
    }

    /** Attaches to a stream of which only the report is to come. */
    void attachAtTheEnd(String stream) throws IOException {
        send(MessageKind.ATTACH, "{\"stream\":\"" + stream + "\"}");
    }

    void send(MessageKind kind, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        send(prefix(Prefix.MAGIC, Prefix.VERSION, kind.code(), 0, body.length));
        send(body);
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void send(byte[] bytes, int from, int to) throws IOException {
        socket.getOutputStream().write(bytes, from, to - from);
    }

    static byte[] prefix(int magic, int version, int kind, int headerBytes, long bodyBytes) {
        return ByteBuffer.allocate(Prefix.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(magic)
                .put((byte) version)
                .put((byte) kind)
                .putShort((short) headerBytes)
                .putLong(bodyBytes)
                .array();
    }

    /** Returns a whole frame message. */
    static byte[] frame(long index, ByteBuffer payload, Checksum.Kind checksum) {
        return frame(index, new TestEncoder.Payload(PayloadEncoding.RAW, payload, payload.remaining()), checksum);
    }

    /** Returns a whole frame message, whatever the payload is. */
    static byte[] frame(long index, TestEncoder.Payload frame, Checksum.Kind checksum) {
        ByteBuffer payload = frame.bytes();
        int bytes = payload.remaining();
        ByteBuffer message =
                ByteBuffer.allocateDirect(FrameHeader.BYTES + bytes).order(ByteOrder.LITTLE_ENDIAN);
        Checksum computed = new Checksum(checksum);
        new FrameHeader(message)
                .writeRaw(index, 0, bytes)
                .withEncoding(frame.encoding(), frame.rawBytes())
                .seal(computed.of(payload, payload.position(), bytes), computed);
        message.put(FrameHeader.BYTES, payload, payload.position(), bytes);
        byte[] copy = new byte[message.capacity()];
        message.get(0, copy);
        return copy;
    }

    void sendFrame(long index, TestFrames frames, Checksum.Kind checksum) throws IOException {
        send(frame(index, frames.frame(index), checksum));
    }

    void end(Long frames) throws IOException {
        send(MessageKind.END, "{\"frames\":" + frames + "}");
    }

    Report report() throws IOException {
        return JsonBody.readLenient(expect(MessageKind.REPORT).bytes(), Report.class);
    }

    /** Waits for the daemon to have read what was sent so far; not inside a message. */
    void ping() throws IOException {
        send(prefix(Prefix.MAGIC, Prefix.VERSION, MessageKind.PING.code(), 0, 0));
        expect(MessageKind.PONG);
    }

    /** Returns the next message. */
    Message next() throws IOException {
        byte[] prefixBytes = input.readNBytes(Prefix.BYTES);
        if (prefixBytes.length < Prefix.BYTES) {
            throw new EOFException("connection closed by the daemon");
        }
        ByteBuffer prefix = ByteBuffer.wrap(prefixBytes).order(ByteOrder.LITTLE_ENDIAN);
        MessageKind kind = Prefix.check(prefix, 0);
        byte[] header = input.readNBytes(Prefix.headerBytes(prefix, 0));
        ByteBuffer body = ByteBuffer.wrap(input.readNBytes((int) Prefix.bodyBytes(prefix, 0)));
        return new Message(kind, ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN), body);
    }

    /** Returns the next message that is not credit or acknowledgement; it must be of this kind. */
    Message expect(MessageKind kind) throws IOException {
        Message message = next();
        while (message.kind() != kind && (message.kind() == MessageKind.CREDIT || message.kind() == MessageKind.ACK)) {
            message = next();
        }
        assertThat(message.kind())
                .as(new String(message.bytes(), StandardCharsets.UTF_8))
                .isEqualTo(kind);
        return message;
    }

    /** Waits until everything below an index is settled. */
    void awaitWritten(long below) throws IOException {
        long written = 0;
        while (written < below) {
            written = Math.max(written, expect(MessageKind.ACK).header().getLong(0));
        }
    }

    /** Expects an ERROR; returns it. */
    JsonNode error(ErrorCode code) throws IOException {
        JsonNode error = expect(MessageKind.ERROR).json();
        assertThat(error.get("code").asText()).as(error.toString()).isEqualTo(code.wireName());
        return error;
    }

    /** Expects an ERROR after which the daemon closes. */
    String fatal(ErrorCode code) throws IOException {
        JsonNode error = error(code);
        assertThat(error.get("fatal").asBoolean()).as(error.toString()).isTrue();
        assertThat(input.read()).as("daemon closes").isEqualTo(-1);
        return error.get("message").asText();
    }

    /** Expects an ERROR after which the connection goes on. */
    String notFatal(ErrorCode code) throws IOException {
        JsonNode error = error(code);
        assertThat(error.get("fatal").asBoolean()).as(error.toString()).isFalse();
        return error.get("message").asText();
    }

    /** Is gone, in the middle of whatever it was. */
    void cut() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
