package org.penstock.protocol.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.ProtocolException;

/**
 * Cuts what the daemon sends into messages; a message is valid until the next one.
 *
 * <p><b>Threading:</b> confined to its owner: the opening thread during the handshake, then the reader thread.
 */
final class MessageReader {
    /** Longest message that a daemon sends: a report with 10,000 ranges of each kind and the names of all part files. */
    static final int MAX_BODY_BYTES = 16 << 20;

    private static final int FIRST_BYTES = 64 << 10;

    private final InputStream in;
    private ByteBuffer buffer =
            ByteBuffer.allocate(FIRST_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private int messageBytes;

    MessageReader(InputStream in) {
        this.in = in;
    }

    /**
     * Waits for the next message, which then lies at {@link #at()} of {@link #buffer()}.
     *
     * @return its kind, or null when the daemon closed the connection between two messages
     * @throws EOFException when it was closed within one
     * @throws ProtocolException when what came is no message
     */
    @Nullable MessageKind next() throws IOException {
        buffer.position(buffer.position() + messageBytes);
        messageBytes = 0;
        if (!fill(Prefix.BYTES)) {
            return null;
        }
        MessageKind kind = Prefix.check(buffer, at());
        long bodyBytes = Prefix.bodyBytes(buffer, at());
        if (bodyBytes < 0 || bodyBytes > MAX_BODY_BYTES) {
            throw new ProtocolException(
                    ErrorCode.BODY_BYTES,
                    "message from the daemon too long: kind=" + kind + ", bodyBytes=" + bodyBytes + ", maxBodyBytes="
                            + MAX_BODY_BYTES);
        }
        int bytes = Prefix.BYTES + Prefix.headerBytes(buffer, at()) + (int) bodyBytes;
        fill(bytes);
        messageBytes = bytes;
        return kind;
    }

    /** Returns the little-endian buffer that holds the message. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** Returns where the message's prefix begins. */
    int at() {
        return buffer.position();
    }

    /** Returns where its body begins. */
    int bodyAt() {
        return at() + Prefix.BYTES + Prefix.headerBytes(buffer, at());
    }

    /** Returns how long its body is. */
    int bodyBytes() {
        return (int) Prefix.bodyBytes(buffer, at());
    }

    /** Returns a copy of its body. */
    byte[] body() {
        byte[] body = new byte[bodyBytes()];
        buffer.get(bodyAt(), body);
        return body;
    }

    /** Reads until so many bytes are there; false when the connection ends before the first of them. */
    private boolean fill(int bytes) throws IOException {
        if (buffer.remaining() >= bytes) {
            return true;
        }
        makeRoom(bytes);
        while (buffer.remaining() < bytes) {
            int count = in.read(buffer.array(), buffer.limit(), buffer.capacity() - buffer.limit());
            if (count < 0) {
                if (buffer.remaining() == 0) {
                    return false;
                }
                throw new EOFException("connection closed by the daemon within a message: expectedBytes=" + bytes
                        + ", actualBytes=" + buffer.remaining());
            }
            buffer.limit(buffer.limit() + count);
        }
        return true;
    }

    /** Moves what is there to the front, into a longer buffer if need be. */
    private void makeRoom(int bytes) {
        if (bytes <= buffer.capacity()) {
            buffer.compact().flip();
            return;
        }
        ByteBuffer longer = ByteBuffer.allocate(Math.max(bytes, 2 * buffer.capacity()));
        buffer = longer.order(ByteOrder.LITTLE_ENDIAN).put(buffer).flip();
    }
}
