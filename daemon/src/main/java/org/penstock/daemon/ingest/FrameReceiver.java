package org.penstock.daemon.ingest;

import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.ring.FrameLedger;
import org.penstock.daemon.ring.Loss;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Tally;
import org.penstock.protocol.Acknowledgement;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.Dropped;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.ProtocolException;

/**
 * Receives the frames of one connection: checks each header, finds the frame its place, notes it when it has arrived.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class FrameReceiver implements FrameDecoder.Handler {
    /** A stream whose first frame is as far from 0 has a counter that began elsewhere; one that jumps later has lost frames. */
    private static final long FURTHEST_FIRST = 1L << 24;

    private final Connection connection;
    private final IngestServer server;
    private final FrameDecoder decoder = new FrameDecoder(this);
    private final FramePlace place = new FramePlace(decoder::losePlace);
    private final LossQueue losses = new LossQueue();
    private final Tally tally;

    private @Nullable IngestStream stream;
    private long framesSeen;
    private long frame;
    private int headerChecksumOfPayload;

    /** Of a payload that arrives encoded; 0 of a raw one. */
    private long encodedBytes;

    /** When the last frame had arrived, 0 before the first. */
    private long receivedNs;

    private boolean isDuplicateSeen;
    private FrameSet dropped = new FrameSet();

    FrameReceiver(Connection connection, IngestServer server) {
        this.connection = connection;
        this.server = server;
        this.tally = server.telemetry().newTally();
    }

    FrameDecoder decoder() {
        return decoder;
    }

    /** Starts to receive frames of a stream. */
    void begin(IngestStream opened) {
        stream = opened;
        decoder.payloadBytes(opened.lane().geometry().frameBytes());
        decoder.metadataBytes(opened.lane().form().values().metadataBytes());
    }

    @Override
    public void onMessage(MessageKind kind, byte[] body) {
        connection.onMessage(kind, body);
    }

    @Override
    public void onArray() {
        connection.expectStreaming(MessageKind.ARRAY);
        connection.warn(ErrorCode.UNSUPPORTED, "arrays are not stored yet; this one is read over", null);
    }

    @Override
    public FrameDecoder.FrameVerdict onFrame(FrameHeader header) {
        connection.expectStreaming(MessageKind.FRAME);
        IngestStream target = required();
        check(header, target.lane());
        frame = header.frameIndex();
        headerChecksumOfPayload = header.payloadChecksum();
        encodedBytes = header.encoding() == PayloadEncoding.RAW.code() ? 0 : header.payloadBytes();
        FrameDecoder.FrameVerdict verdict = isMetadataIntact(header) ? judge(target) : refuseMetadata();
        if (verdict == FrameDecoder.FrameVerdict.PLACE
                && !target.lane().form().values().isEmpty()) {
            place.chunk().comesWith(place.position(), header);
        }
        if (verdict != FrameDecoder.FrameVerdict.WAIT) {
            framesSeen++;
        }
        return verdict;
    }

    private boolean isMetadataIntact(FrameHeader header) {
        return header.metadataBytes() == 0
                || decoder.checksum().kind() == Checksum.Kind.NONE
                || decoder.isMetadataIntact(header);
    }

    private FrameDecoder.FrameVerdict refuseMetadata() {
        refuse(ErrorCode.PAYLOAD_CHECKSUM, "metadata is damaged, send the frame again: frame=" + frame);
        return FrameDecoder.FrameVerdict.SKIP;
    }

    /** What is wrong here leaves no trust in what follows. */
    private void check(FrameHeader header, StreamLane lane) {
        Checksum checksum = decoder.checksum();
        if (checksum.kind() != Checksum.Kind.NONE && !decoder.isHeaderIntact(header)) {
            throw new ProtocolException(
                    ErrorCode.HEADER_CHECKSUM,
                    "frame header is damaged: detector=" + lane.detector() + ", after frame=" + frame);
        }
        if (header.channel() != 0 || header.moduleRow() != 0 || header.moduleColumn() != 0) {
            throw new ProtocolException(
                    ErrorCode.UNSUPPORTED,
                    "frame is not whole: frame=" + header.frameIndex() + ", channel=" + header.channel()
                            + ", moduleRow=" + header.moduleRow() + ", moduleColumn=" + header.moduleColumn());
        }
        int metadataBytes = lane.form().values().metadataBytes();
        if (header.metadataBytes() != 0 && header.metadataBytes() != metadataBytes) {
            throw new ProtocolException(
                    ErrorCode.METADATA_BYTES,
                    "metadata is not what the stream declared (frame_values): detector=" + lane.detector() + ", frame="
                            + header.frameIndex() + ", expectedBytes=" + metadataBytes + " or 0, actualBytes="
                            + header.metadataBytes());
        }
        PayloadEncoding encoding = PayloadEncoding.ofCode(header.encoding());
        PayloadEncoding agreed = lane.form().encoding();
        if (encoding == null || (encoding != PayloadEncoding.RAW && encoding != agreed)) {
            throw new ProtocolException(
                    ErrorCode.UNSUPPORTED,
                    "payload is not encoded as its stream: detector=" + lane.detector() + ", frame="
                            + header.frameIndex() + ", expected=" + agreed.wireName()
                            + (agreed == PayloadEncoding.RAW ? "" : " or raw") + ", actual="
                            + (encoding == null ? header.encoding() : encoding.wireName()));
        }
        checkBytes(header, encoding, lane);
    }

    private static void checkBytes(FrameHeader header, PayloadEncoding encoding, StreamLane lane) {
        long frameBytes = lane.geometry().frameBytes();
        long most = encoding.mostBytes(frameBytes);
        long least = encoding == PayloadEncoding.RAW ? frameBytes : 1;
        if (header.payloadBytes() < least || header.payloadBytes() > most || header.rawBytes() != frameBytes) {
            throw new ProtocolException(
                    ErrorCode.PAYLOAD_BYTES,
                    (encoding == PayloadEncoding.RAW
                                    ? "payload is not shape x dtype"
                                    : "encoded payload has a length that no frame has")
                            + ": detector=" + lane.detector() + ", frame=" + header.frameIndex()
                            + ", encoding=" + encoding.wireName() + ", expected="
                            + (least == most ? "" : least + " to ") + most + ", actual="
                            + Long.toUnsignedString(header.payloadBytes()) + ", rawBytes expected=" + frameBytes
                            + ", actual=" + Long.toUnsignedString(header.rawBytes()));
        }
    }

    private FrameDecoder.FrameVerdict judge(IngestStream target) {
        StreamLane lane = target.lane();
        long limit = target.terms().frameLimit();
        if (frame < 0 || frame >= limit) {
            refuse(
                    ErrorCode.FRAME_INDEX,
                    "frame index out of range: expected<" + limit + ", actual=" + Long.toUnsignedString(frame));
            return FrameDecoder.FrameVerdict.SKIP;
        }
        FrameLedger ledger = lane.ledger();
        if (frame >= FURTHEST_FIRST && ledger.received() == 0 && target.terms().isOpenEnded()) {
            refuse(
                    ErrorCode.FRAME_INDEX,
                    "first frame far from 0 in a stream of no announced length, its counter may not begin at 0: expected<"
                            + FURTHEST_FIRST + ", actual=" + frame
                            + "; count the frames of a stream from 0, or announce frames");
            return FrameDecoder.FrameVerdict.SKIP;
        }
        if (ledger.isReceived(frame)) {
            again(lane);
            return FrameDecoder.FrameVerdict.SKIP;
        }
        if (target.isBeyondEnd(frame)) {
            refuse(
                    ErrorCode.FRAME_INDEX,
                    "frame is not of the stream, which END has ended: expected<" + target.endFrames() + ", actual="
                            + frame);
            return FrameDecoder.FrameVerdict.SKIP;
        }
        long every = lane.geometry().every();
        if (!target.terms().isSaved() || frame % every != 0) {
            received(target);
            server.ring().settle(lane, frame, Loss.SKIPPED);
            return FrameDecoder.FrameVerdict.SKIP;
        }
        return switch (target.placer().place(frame / every, place)) {
            case PLACED -> FrameDecoder.FrameVerdict.PLACE;
            case TOO_LATE -> {
                refuse(ErrorCode.TOO_LATE, "frame came after its chunk was written: frame=" + frame);
                ledger.receive(frame, headerChecksumOfPayload);
                server.ring().settle(lane, frame, Loss.TOO_LATE);
                yield FrameDecoder.FrameVerdict.SKIP;
            }
            case NO_MEMORY -> {
                if (!target.terms().mayDrop()) {
                    yield FrameDecoder.FrameVerdict.WAIT;
                }
                drop(lane);
                yield FrameDecoder.FrameVerdict.SKIP;
            }
        };
    }

    /** A frame comes that came before: it is there, or it is lost, and nothing brings it back. */
    private void again(StreamLane lane) {
        Loss loss = lane.losses().of(frame);
        if (loss == null) {
            duplicate(lane.ledger());
        } else {
            refuse(
                    loss == Loss.REFUSED ? ErrorCode.PAYLOAD_FORMAT : ErrorCode.TOO_LATE,
                    "frame was lost before (" + loss.name().toLowerCase(Locale.ROOT)
                            + ") and cannot be sent again: frame=" + frame);
        }
    }

    private void duplicate(FrameLedger ledger) {
        tally.increment(Counter.FRAMES_DUPLICATE);
        required().countDuplicate();
        if (ledger.isSame(frame, headerChecksumOfPayload)) {
            isDuplicateSeen = true;
            connection.requestFlush();
        } else {
            refuse(
                    ErrorCode.DUPLICATE_FRAME,
                    "frame was received before with other content; the first stays: frame=" + frame);
        }
    }

    private void drop(StreamLane lane) {
        tally.increment(Counter.FRAMES_DROPPED);
        dropped.add(frame);
        server.ring().settle(lane, frame, Loss.DROPPED);
    }

    private void refuse(ErrorCode code, String message) {
        tally.increment(Counter.FRAMES_REFUSED);
        server.telemetry().refusals().count(code.wireName());
        connection.warn(code, message, frame);
    }

    @Override
    public void onPayload(int checksum) {
        IngestStream target = required();
        if (decoder.checksum().kind() != Checksum.Kind.NONE && checksum != headerChecksumOfPayload) {
            abandonPlace(target);
            refuse(
                    ErrorCode.PAYLOAD_CHECKSUM,
                    "payload is damaged, send it again: frame=" + frame + ", expected="
                            + Integer.toHexString(headerChecksumOfPayload) + ", actual="
                            + Integer.toHexString(checksum));
            return;
        }
        if (!target.lane().ledger().receive(frame, headerChecksumOfPayload)) {
            abandonPlace(target);
            again(target.lane());
            return;
        }
        if (encodedBytes > 0) {
            place.chunk().arrivesEncoded(encodedBytes);
        }
        long nowNs = System.nanoTime();
        if (receivedNs != 0) {
            server.telemetry().receiveGap(nowNs - receivedNs);
        }
        receivedNs = nowNs;
        target.placer().complete(place, headerChecksumOfPayload, nowNs);
        count(target);
    }

    private void received(IngestStream target) {
        target.lane().ledger().receive(frame, headerChecksumOfPayload);
        count(target);
    }

    private void count(IngestStream target) {
        tally.increment(Counter.FRAMES_RECEIVED);
        long rawBytes = target.lane().geometry().frameBytes();
        tally.add(Counter.BYTES_RECEIVED, encodedBytes > 0 ? encodedBytes : rawBytes);
        if (target.isComplete()) {
            target.home().execute(target::finishIfDone);
        }
    }

    /** Returns how many frames this connection may have sent: what it sent, and its share of what memory the stream has left. */
    long frameLimit() {
        IngestStream target = required();
        StreamLane lane = target.lane();
        long credit = StreamSight.credit(target.terms(), lane);
        return target.terms().isSaved() ? framesSeen + credit / target.terms().connections() : credit;
    }

    /** A frame was lost behind the ring; told with the next flush. */
    void lost(LostFrame loss) {
        losses.add(loss);
    }

    /** Tells which frames were lost since the last call; returns whether there were any. */
    boolean tellLosses() {
        boolean wrote = false;
        for (LostFrame loss = losses.poll(); loss != null; loss = losses.poll()) {
            connection.warn(loss.code(), loss.message(), loss.frame());
            wrote = true;
        }
        losses.takeOthers().ranges(Integer.MAX_VALUE).forEach(dropped::addAll);
        if (dropped.count() == 0) {
            return wrote;
        }
        for (FrameRange range : dropped.ranges(Integer.MAX_VALUE)) {
            ByteBuffer message = ByteBuffer.allocate(Dropped.BYTES + Acknowledgement.RANGE_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            Dropped.write(message, 0, 1);
            message.putLong(Dropped.BYTES, range.first());
            message.putLong(Dropped.BYTES + Long.BYTES, range.count());
            connection.context().write(Unpooled.wrappedBuffer(message.array()));
        }
        dropped = new FrameSet();
        return true;
    }

    boolean takeDuplicateSeen() {
        boolean seen = isDuplicateSeen;
        isDuplicateSeen = false;
        return seen;
    }

    /** Gives back the place of a frame that is under way. */
    void letGo() {
        if (!place.isEmpty()) {
            abandonPlace(required());
            decoder.losePlace();
        }
    }

    /** Another connection may wait for the memory, and no chunk is on its way that would wake it. */
    private void abandonPlace(IngestStream target) {
        target.placer().abandon(place);
        target.onProgress();
    }

    /** The connection is gone: nothing more is received. */
    void close() {
        decoder.close();
        server.telemetry().close(tally);
    }

    /** Returns what is known of the frame under way, for the log. */
    String underWay() {
        return stream == null ? "no stream" : "detector=" + required().lane().detector() + ", last frame=" + frame;
    }

    @Override
    public SlabByteBuf placeView() {
        return required().view(place.chunk().index());
    }

    @Override
    public ByteBuffer placeBytes() {
        return place.chunk().rawBytes();
    }

    @Override
    public int placeOffset() {
        return place.offset(required().lane().geometry().frameBytes());
    }

    private IngestStream required() {
        if (stream == null) {
            throw new IllegalStateException("connection has no stream");
        }
        return stream;
    }
}
