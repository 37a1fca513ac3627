package org.penstock.daemon.ingest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.Hello;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.ProtocolException;

/**
 * Cuts the byte stream of one connection into messages and says where its next bytes are to land.
 *
 * <pre>
 *   PREFIX ──JSON kinds──▶ BODY ──────────────▶ PREFIX
 *     └──FRAME──▶ HEADER ──placed──▶ PAYLOAD ──▶ PREFIX
 *                   │ └────read over─▶ SKIP ───▶ PREFIX
 *                   └── no memory: waits, until {@link #proceed}
 * </pre>
 *
 * <p>Everything lands in a staging buffer, but for payloads: what of them is not in staging yet goes straight to its place. Where frames are
 * large, no more than the header is read into staging, so that the whole payload lands without a copy.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class FrameDecoder {
    static final int STAGING_BYTES = 128 * 1024;

    /** One read of payload: the checksum is taken before the next, while the bytes are in the second-level cache. */
    private static final int PAYLOAD_READ_BYTES = 512 * 1024;

    /** Frames from this size on are read without a copy; the price is one more system call each. */
    private static final long LARGE_FRAME_BYTES = 16 * 1024;

    /** What the connection makes of the messages. */
    interface Handler {
        /** A message whose body is JSON, or PING. */
        void onMessage(MessageKind kind, byte[] body);

        /**
         * A frame's header, with its metadata behind it; the position in the byte stream is sure. Refuses lengths that no frame of the stream has, of metadata
         * and of the payload: more metadata than {@link FrameRecord#MOST_METADATA_BYTES} has not been waited for.
         */
        FrameVerdict onFrame(FrameHeader header);

        /** The payload of a frame that was placed is complete. */
        void onPayload(int checksum);

        /** Returns the slab memory in which the placed frame's chunk lies. */
        SlabByteBuf placeView();

        /** Returns the same memory for copies and checksums. */
        ByteBuffer placeBytes();

        /** Returns the offset of the placed frame in that memory. */
        int placeOffset();

        /** An ARRAY message was announced; it is read over. */
        void onArray();
    }

    /** What is to be done with a frame's payload. */
    enum FrameVerdict {
        PLACE,
        SKIP,
        WAIT
    }

    private enum Step {
        PREFIX,
        BODY,
        HEADER,
        PAYLOAD,
        SKIP
    }

    private final Handler handler;
    private final ByteBuf stagingMemory = PooledByteBufAllocator.DEFAULT.directBuffer(STAGING_BYTES, STAGING_BYTES);
    private final ByteBuffer staging =
            stagingMemory.nioBuffer(0, STAGING_BYTES).slice().order(ByteOrder.LITTLE_ENDIAN);
    private final SlabByteBuf stagingView = new SlabByteBuf(staging);
    private final FrameHeader header = new FrameHeader(staging);
    private Checksum checksum = new Checksum(Checksum.Kind.NONE);
    private boolean readsHeadersAlone;

    /** Of every frame of the stream, or 0. */
    private int metadataBytes;

    private int readAt;
    private int writeAt;
    private Step step = Step.PREFIX;
    private MessageKind kind = MessageKind.HELLO;
    private byte @Nullable [] body;
    private boolean isGreeted;
    private int bodyAt;
    private int payloadBytes;
    private int payloadAt;
    private long skipBytes;
    private boolean isWaiting;
    private boolean isHalted;
    private boolean isReadingPayload;

    FrameDecoder(Handler handler) {
        this.handler = handler;
    }

    /** Sets what the hello agreed on. */
    void checksum(Checksum.Kind agreed) {
        isGreeted = true;
        checksum = new Checksum(agreed);
    }

    Checksum checksum() {
        return checksum;
    }

    /** Returns whether the metadata's own checksum is right; of a header with as much metadata as streams can have. */
    boolean isMetadataIntact(FrameHeader received) {
        int bytes = (int) received.metadataBytes() - Integer.BYTES;
        int at = received.metadataAt();
        return checksum.of(staging, at + Integer.BYTES, bytes) == staging.getInt(at);
    }

    /** Returns whether a header's own checksum is right. */
    boolean isHeaderIntact(FrameHeader received) {
        return checksum.of(staging, readAt, FrameHeader.CHECKED_BYTES) == received.headerChecksum();
    }

    /** Sets how long payloads will be; those that arrive encoded say it anew with each. */
    void payloadBytes(long bytes) {
        readsHeadersAlone = bytes >= LARGE_FRAME_BYTES;
    }

    /** Sets how much metadata comes before payloads. */
    void metadataBytes(int bytes) {
        metadataBytes = bytes;
    }

    /** Returns whether the next frame waits for memory. */
    boolean isWaiting() {
        return isWaiting;
    }

    /** Gives the staging buffer back; nothing is read any more. */
    void close() {
        isHalted = true;
        stagingMemory.release();
    }

    /** Ends decoding: whatever still comes is read over. */
    void halt() {
        isHalted = true;
        isWaiting = false; // nobody goes on with it, and what TLS has read already waits behind it
    }

    /** Says that the payload under way has lost its place: the rest of it is read over. */
    void losePlace() {
        if (step == Step.PAYLOAD) {
            skipBytes = (long) payloadBytes - payloadAt;
            step = Step.SKIP;
        }
    }

    /** Returns where the next bytes of the socket go. */
    ByteBuf nextTarget() {
        isReadingPayload = step == Step.PAYLOAD && !isHalted;
        if (isReadingPayload) {
            int from = handler.placeOffset() + payloadAt;
            int to = handler.placeOffset() + payloadBytes;
            return handler.placeView().window(from, Math.min(to, from + PAYLOAD_READ_BYTES));
        }
        if (isHalted || readAt == writeAt) {
            readAt = 0;
            writeAt = 0;
        } else if (STAGING_BYTES - writeAt < FrameHeader.BYTES + Prefix.MAX_HEADER_BYTES + metadataBytes) {
            staging.put(0, staging, readAt, writeAt - readAt);
            writeAt -= readAt;
            readAt = 0;
        }
        return stagingView.window(writeAt, stagingLimit());
    }

    private int stagingLimit() {
        boolean betweenFrames = step == Step.PREFIX || step == Step.HEADER;
        if (!readsHeadersAlone || !betweenFrames || isHalted) {
            return STAGING_BYTES;
        }
        int missing = headerBytes() + metadataBytes - (writeAt - readAt);
        return missing > 0 ? writeAt + missing : STAGING_BYTES;
    }

    /** Takes in what a read has put into {@link #nextTarget}. */
    void read(ByteBuf target) {
        int bytes = target.readableBytes();
        if (isHalted) {
            return;
        }
        if (isReadingPayload) {
            checksum.update(handler.placeBytes(), handler.placeOffset() + payloadAt, bytes);
            payloadAt += bytes;
        } else {
            writeAt += bytes;
        }
        proceed();
    }

    /** Goes on with what is in staging, as after memory came free. */
    void proceed() {
        isWaiting = false;
        boolean advanced = true;
        while (advanced && !isHalted) {
            advanced = switch (step) {
                case PREFIX -> prefix();
                case BODY -> body();
                case HEADER -> header();
                case PAYLOAD -> payload();
                case SKIP -> skip();
            };
        }
    }

    private boolean prefix() {
        if (staged() < Prefix.BYTES) {
            return false;
        }
        kind = Prefix.check(staging, readAt);
        switch (kind) {
            case FRAME -> step = Step.HEADER;
            case ARRAY -> {
                handler.onArray();
                skipBytes = (long) Prefix.BYTES + Prefix.headerBytes(staging, readAt) + limitedBody(Integer.MAX_VALUE);
                step = Step.SKIP;
            }
            case HELLO, OPEN_STREAM, ATTACH, END, PING, STATUS, ABORT, ERROR, PONG -> {
                body = new byte[(int) limitedBody(isGreeted ? JsonBody.MAX_BYTES : Hello.MAX_BYTES)];
                bodyAt = 0;
                readAt += Prefix.BYTES;
                skipHeader();
                step = Step.BODY;
            }
            case STREAM_OPENED, REPORT, CREDIT, ACK, DROPPED, RESEND ->
                throw new ProtocolException(ErrorCode.UNEXPECTED_MESSAGE, "only the daemon sends this: kind=" + kind);
        }
        return true;
    }

    /** A header of a message that version 1 gives none: nothing may be in it. */
    private void skipHeader() {
        int bytes = Prefix.headerBytes(staging, readAt - Prefix.BYTES);
        if (bytes != 0) {
            throw new ProtocolException(
                    ErrorCode.HEADER_BYTES, "message has no header: kind=" + kind + ", expected=0, actual=" + bytes);
        }
    }

    private long limitedBody(long most) {
        long bytes = Prefix.bodyBytes(staging, readAt);
        if (bytes < 0 || bytes > most) {
            throw new ProtocolException(
                    ErrorCode.BODY_BYTES,
                    "body too long: kind=" + kind + ", expected<=" + most + ", actual=" + Long.toUnsignedString(bytes));
        }
        return bytes;
    }

    private boolean body() {
        byte[] target = body == null ? new byte[0] : body;
        int bytes = Math.min(staged(), target.length - bodyAt);
        staging.get(readAt, target, bodyAt, bytes);
        readAt += bytes;
        bodyAt += bytes;
        if (bodyAt < target.length) {
            return false;
        }
        body = null;
        step = Step.PREFIX;
        handler.onMessage(kind, target);
        return true;
    }

    private int headerBytes() {
        return step == Step.HEADER ? Prefix.BYTES + Prefix.headerBytes(staging, readAt) : FrameHeader.BYTES;
    }

    private boolean header() {
        int bytes = headerBytes();
        if (staged() < bytes) {
            return false;
        }
        header.at(readAt);
        // more than a stream can have is refused before it is waited for
        if (header.metadataBytes() <= FrameRecord.MOST_METADATA_BYTES) {
            bytes += (int) header.metadataBytes();
        }
        if (staged() < bytes) {
            return false;
        }
        FrameVerdict verdict = handler.onFrame(header);
        switch (verdict) {
            case WAIT -> {
                isWaiting = true;
                return false;
            }
            case SKIP -> {
                skipBytes = header.payloadBytes();
                step = Step.SKIP;
            }
            case PLACE -> {
                payloadBytes = (int) header.payloadBytes();
                payloadBytes(payloadBytes);
                payloadAt = 0;
                checksum.reset();
                step = Step.PAYLOAD;
            }
        }
        readAt += bytes;
        return true;
    }

    private boolean payload() {
        int bytes = Math.min(staged(), payloadBytes - payloadAt);
        if (bytes > 0) {
            int to = handler.placeOffset() + payloadAt;
            handler.placeBytes().put(to, staging, readAt, bytes);
            checksum.update(handler.placeBytes(), to, bytes);
            readAt += bytes;
            payloadAt += bytes;
        }
        if (payloadAt < payloadBytes) {
            return false;
        }
        step = Step.PREFIX;
        handler.onPayload(checksum.value());
        return true;
    }

    private boolean skip() {
        long bytes = Math.min(staged(), skipBytes);
        readAt += (int) bytes;
        skipBytes -= bytes;
        if (skipBytes > 0) {
            return false;
        }
        step = Step.PREFIX;
        return true;
    }

    private int staged() {
        return writeAt - readAt;
    }

    /** Returns what is known of where the stream was cut, for the log. */
    String position() {
        return switch (step) {
            case PREFIX -> staged() == 0 ? "between messages" : "inside a prefix, bytes=" + staged();
            case BODY -> "inside the body of " + kind + ", bytes=" + bodyAt;
            case HEADER -> "inside a frame header, bytes=" + staged();
            case PAYLOAD -> "inside a payload, bytes=" + payloadAt + " of " + payloadBytes;
            case SKIP -> "inside a payload that was read over, bytes left=" + skipBytes;
        };
    }

    /** Returns whether the byte stream stands between two messages. */
    boolean isBetweenMessages() {
        return step == Step.PREFIX && staged() == 0;
    }
}
