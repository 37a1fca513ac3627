package org.penstock.protocol.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.AckLevel;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;

/**
 * The frames of one detector in one scan, on their way to the daemon, through cuts and through restarts of the daemon. Opened by
 * {@link PenstockClient}.
 *
 * <p>{@link #send} copies a frame into memory of the stream's own, where it stays until the daemon has acknowledged it at the stream's level. A
 * connection that is lost comes back by itself, learns what the daemon has, and sends the rest; frames that arrived damaged, or that the daemon
 * asks for again, are sent again too. The stream gives up when it made no progress for as long as the {@link RetryPolicy} says; what is wrong
 * with the stream itself ends it at once.
 *
 * <pre>
 *  send ──copy──▶ KeptFrames ──▶ Lane 0 ──▶ FrameConnection ══▶ daemon
 *  send ──copy──▶     │   └────▶ Lane 1 ──▶ FrameConnection ══▶
 *                     ◀─────── acknowledged, or to be sent again
 * </pre>
 *
 * <p>Frames that the daemon leaves out on the stream's own wish ({@code every}, {@code save: false}) are not kept: a cut may take some, and the
 * report then counts fewer as skipped.
 *
 * <p><b>Threading:</b> any thread. Any number may send; the frames go over whichever connection has credit, the lowest index first.
 */
public final class ResumableStream implements AutoCloseable {
    private final StreamSetting setting;
    private final Dispatch dispatch;

    private ResumableStream(StreamSetting setting) {
        this.setting = setting;
        this.dispatch = new Dispatch(setting);
    }

    /** Takes the connection that the stream was opened on; the others attach by themselves. */
    static ResumableStream start(StreamSetting setting, Link first) {
        ResumableStream stream = new ResumableStream(setting);
        stream.dispatch.start(first);
        return stream;
    }

    /** Returns what the daemon said when the stream was opened: ids, file names. */
    public StreamOpened opened() {
        return setting.opened();
    }

    /** Returns what checksums of frames are, in {@link AcknowledgedFrame} too. */
    public Checksum.Kind checksum() {
        return setting.checksum();
    }

    /** Returns the number of connections, lost ones included. */
    public int connectionCount() {
        return setting.connections();
    }

    /**
     * Takes one frame over as it is; see {@link #send(long, long, PayloadEncoding, ByteBuffer)}.
     *
     * @param payload the frame's elements, little-endian, C order, from position to limit
     */
    public void send(long frameIndex, long timestampNs, ByteBuffer payload) throws IOException {
        send(frameIndex, timestampNs, PayloadEncoding.RAW, payload);
    }

    /**
     * Takes one frame over; waits while memory is full of frames that are not acknowledged. When this returns the payload may be changed.
     *
     * @param frameIndex 0-based place in the stream; any order
     * @param timestampNs start of exposure on the stream's clock, 0 if unknown
     * @param encoding of the payload: the stream's, or {@link PayloadEncoding#RAW}
     * @param payload the frame's elements, little-endian, C order, or the chunk that they were encoded to; from position to limit, which are left
     *     as they were
     * @throws ProtocolException with the daemon's code when it has ended the stream with an error
     * @throws IOException when the stream is over: given up, or ended by the daemon
     * @throws IllegalArgumentException when the payload cannot be one frame of the stream
     */
    public void send(long frameIndex, long timestampNs, PayloadEncoding encoding, ByteBuffer payload)
            throws IOException {
        send(frameIndex, timestampNs, null, encoding, payload);
    }

    /**
     * Takes one frame over, and what comes with it; see {@link #send(long, long, PayloadEncoding, ByteBuffer)}.
     *
     * @param values made for what the stream declared; they may be changed when this returns
     * @throws IllegalArgumentException also when they were made for something else
     */
    public void send(long frameIndex, FrameValues values, PayloadEncoding encoding, ByteBuffer payload)
            throws IOException {
        values.check(dispatch.terms().values());
        send(frameIndex, values.timestampNs(), values, encoding, payload);
    }

    private void send(
            long frameIndex,
            long timestampNs,
            @Nullable FrameValues values,
            PayloadEncoding encoding,
            ByteBuffer payload)
            throws IOException {
        dispatch.terms().check(frameIndex, encoding, payload.remaining());
        if (encoding != PayloadEncoding.RAW && encoding != setting.encoding()) {
            throw new IllegalArgumentException("payload is not encoded as the stream is: frame=" + frameIndex
                    + ", expected=" + setting.encoding().wireName() + " or raw, actual=" + encoding.wireName());
        }
        KeptFrame frame = dispatch.claim(frameIndex);
        frame.fill(frameIndex, timestampNs, encoding, payload);
        frame.values(values);
        dispatch.add(frame);
    }

    /** Returns below which index every frame is settled: written, left out on the stream's own wish, or named as lost. */
    public long writtenBelow() {
        return dispatch.settled().below(AckLevel.WRITTEN);
    }

    /** Returns below which index every frame survives power loss, or is named as lost; 0 for a stream of level {@code written}. */
    public long durableBelow() {
        return dispatch.settled().below(AckLevel.DURABLE);
    }

    /** Returns whether the daemon acknowledged the frame as surviving its death. */
    public boolean isWritten(long frameIndex) {
        return dispatch.settled().has(AckLevel.WRITTEN, frameIndex);
    }

    /** Returns whether the daemon acknowledged the frame as surviving power loss. */
    public boolean isDurable(long frameIndex) {
        return dispatch.settled().has(AckLevel.DURABLE, frameIndex);
    }

    /** Returns how often a connection that was lost has come back. */
    public long resumed() {
        return dispatch.resumed();
    }

    /** Returns how many frames were acknowledged, at whichever level. */
    public long framesAcknowledged() {
        return dispatch.acknowledged();
    }

    /** Returns how many frames were acknowledged as surviving power loss. */
    public long framesDurable() {
        return dispatch.durable();
    }

    /**
     * Says that the stream is at its end and waits until its files are closed, however long that takes. All sending threads have returned. The
     * listener has heard of every acknowledged frame when this returns; not from a listener.
     *
     * @param count how many frames the stream has, or null for as many as were announced, or else as came
     * @throws ProtocolException with the daemon's code when it ended the stream with an error
     * @throws IOException when the stream was given up
     */
    public Report end(@Nullable Long count) throws IOException {
        return dispatch.end(count);
    }

    /**
     * Ends the stream now; what was written stays. Goes over a connection of its own, so it does not wait behind frames.
     *
     * @param reason for the log, the report and the file
     */
    public void abort(String reason) throws IOException {
        try (ControlConnection control = PenstockClient.control(setting.daemon())) {
            control.abort(opened().stream(), reason);
        }
    }

    /** Returns the report if it has come: before {@link #end} only when the daemon ended the stream by itself. */
    public Optional<Report> report() {
        return Optional.ofNullable(dispatch.report());
    }

    /** Closes all connections and gives the memory back; not while a thread sends, and not from a listener. */
    @Override
    public void close() {
        dispatch.close();
    }
}
