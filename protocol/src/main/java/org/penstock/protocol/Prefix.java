package org.penstock.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * The 16 bytes before every message (README section 2):
 *
 * <pre>
 *  0      4       5    6           8                16
 *  +------+-------+----+-----------+-----------------+
 *  | PNST | vers. |kind|headerBytes|    bodyBytes    |
 *  +------+-------+----+-----------+-----------------+
 * </pre>
 *
 * <p>Buffers are little-endian; offsets are absolute from {@code at}. <b>Threading:</b> immutable.
 */
public final class Prefix {
    /** The bytes {@code 50 4E 53 54}, read as a little-endian integer. */
    public static final int MAGIC = 0x54534E50;

    public static final int VERSION = 1;
    public static final int BYTES = 16;

    /** What a later version 1 client may grow a binary header to; the rest is read over. */
    public static final int MAX_HEADER_BYTES = 256;

    // of a TLS record
    private static final byte TLS_HANDSHAKE = 0x16;
    private static final byte TLS_MAJOR = 3;

    private static final int VERSION_OFFSET = 4;
    private static final int KIND_OFFSET = 5;
    private static final int HEADER_BYTES_OFFSET = 6;
    private static final int BODY_BYTES_OFFSET = 8;

    private Prefix() {}

    /** Writes a prefix of version 1 at an absolute position. */
    public static void write(ByteBuffer buffer, int at, MessageKind kind, long bodyBytes) {
        buffer.putInt(at, MAGIC);
        buffer.put(at + VERSION_OFFSET, (byte) VERSION);
        buffer.put(at + KIND_OFFSET, (byte) kind.code());
        buffer.putShort(at + HEADER_BYTES_OFFSET, (short) kind.headerBytes());
        buffer.putLong(at + BODY_BYTES_OFFSET, bodyBytes);
    }

    /** Returns a message whose body is not JSON: prefix and body, ready to be sent. */
    public static ByteBuffer message(MessageKind kind, byte[] body) {
        ByteBuffer message = ByteBuffer.allocate(BYTES + body.length).order(ByteOrder.LITTLE_ENDIAN);
        write(message, 0, kind, body.length);
        return message.put(BYTES, body);
    }

    public static int magic(ByteBuffer buffer, int at) {
        return buffer.getInt(at);
    }

    public static int version(ByteBuffer buffer, int at) {
        return buffer.get(at + VERSION_OFFSET) & 0xff;
    }

    public static int kindCode(ByteBuffer buffer, int at) {
        return buffer.get(at + KIND_OFFSET) & 0xff;
    }

    public static int headerBytes(ByteBuffer buffer, int at) {
        return buffer.getShort(at + HEADER_BYTES_OFFSET) & 0xffff;
    }

    /** Returns the body length as on the wire: unsigned, so a negative value is beyond every limit. */
    public static long bodyBytes(ByteBuffer buffer, int at) {
        return buffer.getLong(at + BODY_BYTES_OFFSET);
    }

    /**
     * Checks magic, version and kind.
     *
     * @throws ProtocolException naming what was expected and what came
     */
    public static MessageKind check(ByteBuffer buffer, int at) {
        if (magic(buffer, at) != MAGIC) {
            throw new ProtocolException(
                    ErrorCode.MAGIC,
                    "not a Penstock message: expected=50 4E 53 54, actual="
                            + HexFormat.ofDelimiter(" ").withUpperCase().formatHex(firstFour(buffer, at))
                            + (isTls(buffer, at) ? ", which is TLS: this port speaks plain TCP" : ""));
        }
        if (version(buffer, at) != VERSION) {
            throw new ProtocolException(
                    ErrorCode.VERSION,
                    "protocol version not spoken here: expected=" + VERSION + ", actual=" + version(buffer, at));
        }
        MessageKind kind = MessageKind.of(kindCode(buffer, at));
        if (kind == null) {
            throw new ProtocolException(ErrorCode.UNKNOWN_KIND, "unknown message kind: actual=" + kindCode(buffer, at));
        }
        if (headerBytes(buffer, at) < kind.headerBytes() || headerBytes(buffer, at) > MAX_HEADER_BYTES) {
            throw new ProtocolException(
                    ErrorCode.HEADER_BYTES,
                    "header length out of range: kind=" + kind + ", expected=" + kind.headerBytes() + " to "
                            + MAX_HEADER_BYTES + ", actual=" + headerBytes(buffer, at));
        }
        return kind;
    }

    private static boolean isTls(ByteBuffer buffer, int at) {
        return buffer.get(at) == TLS_HANDSHAKE && buffer.get(at + 1) == TLS_MAJOR;
    }

    private static byte[] firstFour(ByteBuffer buffer, int at) {
        byte[] bytes = new byte[Integer.BYTES];
        buffer.get(at, bytes);
        return bytes;
    }
}
