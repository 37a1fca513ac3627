package org.penstock.protocol;

import java.nio.ByteBuffer;

/**
 * The 80 bytes before a frame's metadata and payload: {@link Prefix} and 64 bytes of header (README section 5).
 *
 * <pre>
 *  0       16          24           32            40     44      46    48        52
 *  +-------+-----------+------------+-------------+------+-------+-----+---------+------------+
 *  | prefix| frameIndex| timestampNs| hardwareTick|status|channel|flags|moduleRow|moduleColumn|
 *  +-------+-----------+------------+-------------+------+-------+-----+---------+------------+
 *  56       57        60            64       72              76             80
 *  +--------+---------+-------------+--------+---------------+--------------+---------+---------+
 *  |encoding| reserved|metadataBytes|rawBytes|payloadChecksum|headerChecksum| metadata| payload |
 *  +--------+---------+-------------+--------+---------------+--------------+---------+---------+
 * </pre>
 *
 * <p>A flyweight: wrap a little-endian buffer once, then move it. <b>Threading:</b> confined to its owner.
 */
public final class FrameHeader {
    /** Prefix and header of version 1. */
    public static final int BYTES = Prefix.BYTES + 64;

    /** What the header checksum covers. */
    public static final int CHECKED_BYTES = 76;

    /** Flag of a frame that may have been received before. */
    public static final int SENT_BEFORE = 1;

    private static final int FRAME_INDEX = 16;
    private static final int TIMESTAMP_NS = 24;
    private static final int HARDWARE_TICK = 32;
    private static final int FRAME_STATUS = 40;
    private static final int CHANNEL = 44;
    private static final int FLAGS = 46;
    private static final int MODULE_ROW = 48;
    private static final int MODULE_COLUMN = 52;
    private static final int ENCODING = 56;
    private static final int METADATA_BYTES = 60;
    private static final int RAW_BYTES = 64;
    private static final int PAYLOAD_CHECKSUM = 72;
    private static final int HEADER_CHECKSUM = 76;

    private final ByteBuffer buffer;
    private int at;

    /** Reads and writes through {@code buffer}, which must be little-endian; starts at offset 0. */
    public FrameHeader(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /** Moves to another header in the same buffer. */
    public FrameHeader at(int offset) {
        this.at = offset;
        return this;
    }

    /** Writes prefix and all fields of a raw frame without metadata; checksums stay 0. */
    public FrameHeader writeRaw(long frameIndex, long timestampNs, int payloadBytes) {
        Prefix.write(buffer, at, MessageKind.FRAME, payloadBytes);
        buffer.putLong(at + FRAME_INDEX, frameIndex);
        buffer.putLong(at + TIMESTAMP_NS, timestampNs);
        for (int offset = HARDWARE_TICK; offset < BYTES; offset += Long.BYTES) {
            buffer.putLong(at + offset, 0);
        }
        buffer.putLong(at + RAW_BYTES, payloadBytes);
        return this;
    }

    /** Says that the payload, whose length was written, is encoded; before {@link #seal}. */
    public FrameHeader withEncoding(PayloadEncoding encoding, long rawBytes) {
        buffer.put(at + ENCODING, (byte) encoding.code());
        buffer.putLong(at + RAW_BYTES, rawBytes);
        return this;
    }

    /** Sets the flags; before {@link #seal}. */
    public FrameHeader withFlags(int flags) {
        buffer.putShort(at + FLAGS, (short) flags);
        return this;
    }

    /** Says what comes with the frame; the prefix counts the metadata then. Before {@link #seal}. */
    public FrameHeader withValues(long hardwareTick, int frameStatus, int metadataBytes) {
        Prefix.write(buffer, at, MessageKind.FRAME, bodyBytes() + metadataBytes);
        buffer.putLong(at + HARDWARE_TICK, hardwareTick);
        buffer.putInt(at + FRAME_STATUS, frameStatus);
        buffer.putInt(at + METADATA_BYTES, metadataBytes);
        return this;
    }

    /** Sets the two checksums: the payload's, then the header's over it. */
    public FrameHeader seal(int payloadChecksum, Checksum checksum) {
        buffer.putInt(at + PAYLOAD_CHECKSUM, payloadChecksum);
        buffer.putInt(at + HEADER_CHECKSUM, checksum.of(buffer, at, CHECKED_BYTES));
        return this;
    }

    public long bodyBytes() {
        return Prefix.bodyBytes(buffer, at);
    }

    /** Returns the bytes of the payload; negative when the body is shorter than the metadata, or beyond every limit. */
    public long payloadBytes() {
        return bodyBytes() < 0 ? bodyBytes() : bodyBytes() - metadataBytes();
    }

    /** Returns where in {@link #buffer()} the metadata begins, once it has arrived. */
    public int metadataAt() {
        return at + Prefix.BYTES + Prefix.headerBytes(buffer, at);
    }

    /** Returns the memory in which the header lies. */
    public ByteBuffer buffer() {
        return buffer;
    }

    public long frameIndex() {
        return buffer.getLong(at + FRAME_INDEX);
    }

    public long timestampNs() {
        return buffer.getLong(at + TIMESTAMP_NS);
    }

    public long hardwareTick() {
        return buffer.getLong(at + HARDWARE_TICK);
    }

    public int frameStatus() {
        return buffer.getInt(at + FRAME_STATUS);
    }

    public int channel() {
        return buffer.getShort(at + CHANNEL) & 0xffff;
    }

    public int flags() {
        return buffer.getShort(at + FLAGS) & 0xffff;
    }

    public int moduleRow() {
        return buffer.getInt(at + MODULE_ROW);
    }

    public int moduleColumn() {
        return buffer.getInt(at + MODULE_COLUMN);
    }

    public int encoding() {
        return buffer.get(at + ENCODING) & 0xff;
    }

    public long metadataBytes() {
        return buffer.getInt(at + METADATA_BYTES) & 0xffff_ffffL;
    }

    public long rawBytes() {
        return buffer.getLong(at + RAW_BYTES);
    }

    public int payloadChecksum() {
        return buffer.getInt(at + PAYLOAD_CHECKSUM);
    }

    public int headerChecksum() {
        return buffer.getInt(at + HEADER_CHECKSUM);
    }
}
