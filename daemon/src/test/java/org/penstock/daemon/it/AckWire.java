package org.penstock.daemon.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
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
import java.util.zip.CRC32C;
import org.penstock.protocol.FrameRange;

/** One connection of {@link AckClient}, written from {@code protocol/README.md} alone. */
final class AckWire implements AutoCloseable {
    static final int HELLO = 1;
    static final int OPEN_STREAM = 2;
    static final int ATTACH = 3;
    static final int STREAM_OPENED = 4;
    static final int END = 5;
    static final int REPORT = 6;
    static final int ERROR = 7;
    static final int CREDIT = 32;
    static final int ACK = 33;
    static final int RESEND = 35;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] MAGIC = {'P', 'N', 'S', 'T'};
    private static final int PREFIX_BYTES = 16;
    private static final int FRAME = 16;
    private static final int FRAME_HEADER_BYTES = 64;
    private static final int SENT_BEFORE = 1;
    private static final int CONNECT_MS = 5_000;

    private final Socket socket = new Socket();
    private final DataInputStream input;

    /** A message as it came. */
    record Message(int kind, ByteBuffer header, ByteBuffer body) {
        JsonNode json() throws IOException {
            byte[] text = new byte[body.capacity()];
            body.get(0, text);
            return JSON.readTree(text);
        }

        List<FrameRange> ranges(int from, int count) {
            List<FrameRange> ranges = new ArrayList<>();
            for (int at = from; at < from + count; at++) {
                ranges.add(new FrameRange(body.getLong(16 * at), body.getLong(16 * at + 8)));
            }
            return ranges;
        }
    }

    AckWire(InetSocketAddress daemon) throws IOException {
        try {
            socket.setTcpNoDelay(true);
            socket.connect(daemon, CONNECT_MS);
            if (socket.getLocalPort() == socket.getPort()) {
                throw new IOException("connected to itself: there is no daemon");
            }
            input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    void send(int kind, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        byte[] message = message(kind, 0, body.length);
        System.arraycopy(body, 0, message, PREFIX_BYTES, body.length);
        socket.getOutputStream().write(message);
    }

    /** Sends a frame with CRC-32C. */
    void sendFrame(long index, TestEncoder.Payload frame, boolean isSentBefore) throws IOException {
        ByteBuffer payload = frame.bytes();
        int bytes = payload.remaining();
        byte[] message = message(FRAME, FRAME_HEADER_BYTES, bytes);
        ByteBuffer fields = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        fields.putLong(16, index);
        fields.putShort(46, (short) (isSentBefore ? SENT_BEFORE : 0));
        fields.put(56, (byte) frame.encoding().code());
        fields.putLong(64, frame.rawBytes());
        fields.putInt(72, crc32c(payload));
        fields.putInt(76, crc32c(fields.slice(0, 76)));
        payload.get(payload.position(), message, PREFIX_BYTES + FRAME_HEADER_BYTES, bytes);
        socket.getOutputStream().write(message);
    }

    /** Returns a message with its prefix, the rest being 0. */
    private static byte[] message(int kind, int headerBytes, int bodyBytes) {
        byte[] message = new byte[PREFIX_BYTES + headerBytes + bodyBytes];
        ByteBuffer.wrap(message)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .put((byte) 1)
                .put((byte) kind)
                .putShort((short) headerBytes)
                .putLong(bodyBytes);
        return message;
    }

    /** Returns the next message; a kind that is not known is one to pass over. */
    Message next() throws IOException {
        byte[] bytes = input.readNBytes(PREFIX_BYTES);
        if (bytes.length < PREFIX_BYTES) {
            throw new EOFException("connection closed by the daemon");
        }
        ByteBuffer prefix = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = input.readNBytes(prefix.getShort(6));
        byte[] body = input.readNBytes(Math.toIntExact(prefix.getLong(8)));
        if (body.length < prefix.getLong(8)) {
            throw new EOFException("connection closed by the daemon inside a message");
        }
        return new Message(bytes[5], littleEndian(header), littleEndian(body));
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static int crc32c(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
