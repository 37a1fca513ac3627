package org.penstock.protocol.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.Acknowledgement;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.Credit;
import org.penstock.protocol.Dropped;
import org.penstock.protocol.End;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.Resend;

/**
 * One of a stream's connections: sends frames as far as its credit goes.
 *
 * <p><b>Threading:</b> any thread; frames of several threads go one after the other, so give each sending thread a connection of its own.
 * A thread that is interrupted while it sends closes the connection, as with every {@link java.nio.channels.SocketChannel}.
 */
public final class FrameConnection {
    private static final long LAST_WORDS_MS = 2_000;
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private final Terms terms;
    private final ConnectionEvents events;
    private final Link link;
    private final Thread reader;
    private final @Nullable Outbox outbox;

    // written under the link's lock
    private final Checksum checksum;
    private final ByteBuffer headerBytes =
            ByteBuffer.allocateDirect(FrameHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final FrameHeader header = new FrameHeader(headerBytes);
    private final ByteBuffer[] message = {headerBytes, NOTHING, NOTHING};

    // the credit and the end of the connection, which a sender waits for
    private final ReentrantLock state = new ReentrantLock();
    private final Condition changed = state.newCondition();
    private long frameLimit;
    private long framesSent;
    private @Nullable Throwable end;
    private @Nullable Report report;

    /**
     * What the stream agreed on, as far as its connections must know it.
     *
     * @param stream its id
     * @param frameBytes of each frame before it is encoded
     * @param waitsForCredit false when the daemon may drop what it has no room for
     * @param silenceMs after how long without a word the daemon is doubted; 0 for never
     * @param values what comes with each frame; null when another process has declared that
     */
    record Terms(
            String stream,
            long frameBytes,
            boolean waitsForCredit,
            int silenceMs,
            @Nullable FrameRecord values) {
        /** Refuses a payload that cannot be one frame. */
        void check(long frameIndex, PayloadEncoding encoding, int bytes) {
            if (encoding == PayloadEncoding.RAW
                    ? bytes != frameBytes
                    : bytes < 1 || bytes > encoding.mostBytes(frameBytes)) {
                String expected = encoding == PayloadEncoding.RAW ? "" : "1 to ";
                throw new IllegalArgumentException("payload is not one frame: frame=" + frameIndex + ", encoding="
                        + encoding.wireName() + ", expectedBytes=" + expected + encoding.mostBytes(frameBytes)
                        + ", actualBytes=" + bytes);
            }
        }
    }

    FrameConnection(Terms terms, Link link, int number, ConnectionEvents events) {
        this.terms = terms;
        this.link = link;
        this.events = events;
        this.checksum = new Checksum(link.checksum());
        this.outbox = Outbox.of(link, number, terms.frameBytes());
        this.reader =
                Thread.ofPlatform().daemon().name("penstock-read-" + number).unstarted(this::read);
    }

    void start() {
        reader.start();
        if (outbox != null) {
            outbox.start();
        }
    }

    /**
     * Sends one frame as it is; see {@link #send(long, long, PayloadEncoding, ByteBuffer)}.
     *
     * @param payload the frame's elements, little-endian, C order, from position to limit
     */
    public void send(long frameIndex, long timestampNs, ByteBuffer payload) throws IOException {
        send(frameIndex, timestampNs, PayloadEncoding.RAW, payload);
    }

    /**
     * Sends one frame; waits for credit unless the stream's overflow is {@code drop}. Nothing is copied when the payload is direct or mapped
     * memory, and nothing is allocated; only frames below 16 KiB are copied, to be written several at a time. When this returns the payload may be
     * changed; it is safe in a file only when it is acknowledged ({@link FrameStream#isWritten}).
     *
     * @param frameIndex 0-based place in the stream; any order
     * @param timestampNs start of exposure on the stream's clock, 0 if unknown
     * @param encoding of the payload: the stream's, or {@link PayloadEncoding#RAW}
     * @param payload the frame's elements, little-endian, C order, or the chunk that they were encoded to; from position to limit, which are left
     *     as they were; not shared with another thread meanwhile
     * @throws ProtocolException with the daemon's code when it has closed the connection with an error
     * @throws IOException when the connection broke
     * @throws IllegalArgumentException when the payload cannot be one frame of the stream
     */
    public void send(long frameIndex, long timestampNs, PayloadEncoding encoding, ByteBuffer payload)
            throws IOException {
        send(frameIndex, timestampNs, null, encoding, payload);
    }

    /**
     * Sends one frame and what comes with it; see {@link #send(long, long, PayloadEncoding, ByteBuffer)}.
     *
     * @param values made for what the stream declared; they may be changed when this returns
     * @throws IllegalArgumentException also when they were made for something else
     */
    public void send(long frameIndex, FrameValues values, PayloadEncoding encoding, ByteBuffer payload)
            throws IOException {
        values.check(terms.values());
        send(frameIndex, values.timestampNs(), values, encoding, payload);
    }

    private void send(
            long frameIndex,
            long timestampNs,
            @Nullable FrameValues values,
            PayloadEncoding encoding,
            ByteBuffer payload)
            throws IOException {
        int bytes = payload.remaining();
        terms.check(frameIndex, encoding, bytes);
        takeCredit();
        if (outbox != null) {
            try {
                outbox.send(frameIndex, timestampNs, values, encoding, terms.frameBytes(), payload);
            } catch (IOException e) {
                throw lastWords(e);
            }
            return;
        }
        link.lock();
        try {
            int sum = checksum.of(payload, payload.position(), bytes);
            header.writeRaw(frameIndex, timestampNs, bytes).withEncoding(encoding, terms.frameBytes());
            ByteBuffer metadata = values == null ? NOTHING : values.writeTo(header, checksum);
            header.seal(sum, checksum);
            writeFrame(metadata, payload);
        } finally {
            link.unlock();
        }
    }

    /** Sends a frame that is kept; there is credit for it. Its checksum is computed when it is sent first, and then stays with it. */
    void send(KeptFrame frame) throws IOException {
        takeCredit();
        if (outbox != null) {
            try {
                outbox.send(frame, terms.frameBytes());
            } catch (IOException e) {
                throw lastWords(e);
            }
            return;
        }
        ByteBuffer payload = frame.bytes();
        link.lock();
        try {
            int sum = frame.checksum(checksum);
            header.writeRaw(frame.index(), frame.timestampNs(), payload.remaining())
                    .withEncoding(frame.encoding(), terms.frameBytes())
                    .withFlags(frame.isSentBefore() ? FrameHeader.SENT_BEFORE : 0);
            ByteBuffer metadata =
                    frame.values() == null ? NOTHING : frame.values().writeTo(header, checksum);
            header.seal(sum, checksum);
            writeFrame(metadata, payload);
        } finally {
            link.unlock();
        }
    }

    /** Writes the header that is there, the metadata and the payload; under the link's lock. */
    private void writeFrame(ByteBuffer metadata, ByteBuffer payload) throws IOException {
        int position = payload.position();
        headerBytes.rewind();
        message[1] = metadata;
        message[2] = payload;
        try {
            link.writeLocked(message);
        } catch (IOException e) {
            throw lastWords(e);
        } finally {
            message[1] = NOTHING;
            message[2] = NOTHING;
            payload.position(position);
        }
    }

    /** Returns how many frames the daemon still takes on this connection now. */
    public long credit() {
        state.lock();
        try {
            return frameLimit - framesSent;
        } finally {
            state.unlock();
        }
    }

    private void takeCredit() throws IOException {
        state.lock();
        try {
            while (end == null && terms.waitsForCredit() && framesSent >= frameLimit) {
                changed.await();
            }
            if (end != null) {
                throw Link.again(unsent(), end);
            }
            framesSent++;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for credit: " + unsent());
        } finally {
            state.unlock();
        }
    }

    /** A write that fails is often the daemon's ERROR seen from behind: waits for what the reader still gets, and prefers that. */
    private IOException lastWords(IOException failed) {
        join();
        state.lock();
        try {
            return Link.again(unsent(), end instanceof ProtocolException ? end : failed);
        } finally {
            state.unlock();
        }
    }

    private String unsent() {
        return "frame could not be sent: stream=" + terms.stream() + ", framesSent=" + framesSent;
    }

    /** Sends END; a connection that is closed already has nothing to end. */
    void end(@Nullable Long frames) {
        try {
            write(JsonBody.message(MessageKind.END, new End(frames)));
        } catch (IOException _) {
            // the reader sees the same end, with the daemon's reason if there is one
        }
    }

    /** Sends a PING that carries a number; {@link ConnectionEvents#ponged} follows. */
    void ping(long number) throws IOException {
        ByteBuffer body = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        write(Prefix.message(MessageKind.PING, body.putLong(0, number).array()));
    }

    /** Sends a message behind all frames that were sent. */
    private void write(ByteBuffer message) throws IOException {
        link.lock();
        try {
            if (outbox != null) {
                outbox.drain();
            }
            link.writeLocked(new ByteBuffer[] {message});
        } finally {
            link.unlock();
        }
    }

    void close() throws IOException {
        if (outbox != null) {
            outbox.finish();
        }
        link.close();
    }

    /** Closes what is broken already. */
    void abandon() {
        if (outbox != null) {
            outbox.close();
        }
        try {
            link.close();
        } catch (IOException _) {
            // there is nobody left to tell
        }
    }

    /** Waits for the reader to be done, so that nothing is called back after close. */
    void join() {
        if (Thread.currentThread() == reader) {
            return;
        }
        try {
            reader.join(LAST_WORDS_MS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        @Nullable Throwable reason = null;
        try {
            MessageReader messages = link.startReading(terms.silenceMs());
            for (MessageKind kind = next(messages); kind != null; kind = next(messages)) {
                ProtocolException fatal = take(kind, messages);
                if (fatal != null) {
                    reason = fatal;
                    break;
                }
            }
        } catch (IOException | RuntimeException e) {
            reason = e;
        }
        ended(reason == null ? closedByDaemon() : reason);
    }

    private @Nullable MessageKind next(MessageReader messages) throws IOException {
        long silentMs = 0;
        while (true) {
            try {
                return messages.next();
            } catch (SocketTimeoutException e) {
                silentMs += terms.silenceMs();
                if (!events.isStillTrusted(silentMs)) {
                    throw new IOException("nothing heard from the daemon: silentMs=" + silentMs, e);
                }
            }
        }
    }

    private EOFException closedByDaemon() {
        Report last = report;
        return new EOFException(
                last == null
                        ? "connection closed by the daemon"
                        : "stream ended by the daemon: state=" + last.state() + ", reason=" + last.reason());
    }

    private void ended(Throwable reason) {
        state.lock();
        try {
            end = reason;
            changed.signalAll();
        } finally {
            state.unlock();
        }
        if (outbox != null) {
            outbox.close();
        }
        try {
            link.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
        events.ended(reason);
    }

    /** Takes one message; returns what ends the connection. */
    private @Nullable ProtocolException take(MessageKind kind, MessageReader messages) {
        ByteBuffer buffer = messages.buffer();
        int at = messages.at();
        switch (kind) {
            case CREDIT -> raiseLimit(Credit.frameLimit(buffer, at));
            case ACK -> events.acknowledged(acknowledged(messages));
            case DROPPED -> events.dropped(ranges(messages, 0, Dropped.ranges(buffer, at)));
            case RESEND -> events.takenBack(ranges(messages, 0, Resend.ranges(buffer, at)));
            case REPORT -> {
                report = JsonBody.readLenient(messages.body(), Report.class);
                events.reported(report);
            }
            case PING -> link.pong(messages.body());
            case PONG -> ponged(messages);
            case ERROR -> {
                Failure failure = JsonBody.readLenient(messages.body(), Failure.class);
                events.refused(failure);
                return failure.fatal() ? Link.exception(failure) : null;
            }
            case STATUS -> {}
            case HELLO, OPEN_STREAM, ATTACH, STREAM_OPENED, END, ABORT, FRAME, ARRAY -> {
                return new ProtocolException(
                        ErrorCode.UNEXPECTED_MESSAGE, "unexpected message from the daemon: kind=" + kind);
            }
        }
        return null;
    }

    private void raiseLimit(long newLimit) {
        state.lock();
        try {
            frameLimit = Math.max(frameLimit, newLimit);
            changed.signalAll();
        } finally {
            state.unlock();
        }
        events.credited();
    }

    private static ConnectionEvents.Acknowledged acknowledged(MessageReader messages) {
        ByteBuffer buffer = messages.buffer();
        int at = messages.at();
        int written = Acknowledgement.writtenRanges(buffer, at);
        return new ConnectionEvents.Acknowledged(
                Acknowledgement.writtenBelow(buffer, at),
                Acknowledgement.durableBelow(buffer, at),
                ranges(messages, 0, written),
                ranges(messages, written, Acknowledgement.durableRanges(buffer, at)));
    }

    private void ponged(MessageReader messages) {
        if (messages.bodyBytes() == Long.BYTES) {
            events.ponged(messages.buffer().getLong(messages.bodyAt()));
        }
    }

    /** Returns so many ranges of the body, after those skipped; never more than are there. */
    private static List<FrameRange> ranges(MessageReader messages, int skipped, int count) {
        int there = messages.bodyBytes() / Acknowledgement.RANGE_BYTES;
        int end = Math.clamp((long) skipped + count, 0, there);
        if (skipped >= end) {
            return List.of();
        }
        List<FrameRange> ranges = new ArrayList<>(end - skipped);
        for (int i = skipped; i < end; i++) {
            int rangeAt = messages.bodyAt() + i * Acknowledgement.RANGE_BYTES;
            ranges.add(new FrameRange(
                    messages.buffer().getLong(rangeAt), messages.buffer().getLong(rangeAt + Long.BYTES)));
        }
        return ranges;
    }
}
