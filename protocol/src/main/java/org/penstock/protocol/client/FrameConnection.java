package org.penstock.protocol.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;

/**
 * One of a stream's connections: sends frames as far as its credit goes.
 *
 * <p><b>Threading:</b> any thread; frames of several threads go one after the other, so give each sending thread a connection of its own.
 * A thread that is interrupted while it sends closes the connection, as with every {@link java.nio.channels.SocketChannel}.
 */
public final class FrameConnection {
    private static final long LAST_WORDS_MS = 2_000;

    private final FrameStream stream;
    private final Link link;
    private final Thread reader;

    // written under the link's lock
    private final Checksum checksum;
    private final ByteBuffer headerBytes =
            ByteBuffer.allocateDirect(FrameHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final FrameHeader header = new FrameHeader(headerBytes);
    private final ByteBuffer[] message = {headerBytes, headerBytes};

    // the credit and the end of the connection, which a sender waits for
    private final ReentrantLock state = new ReentrantLock();
    private final Condition changed = state.newCondition();
    private long frameLimit;
    private long framesSent;
    private @Nullable Throwable end;

    FrameConnection(FrameStream stream, Link link, int number) {
        this.stream = stream;
        this.link = link;
        this.checksum = new Checksum(link.checksum());
        this.reader =
                Thread.ofPlatform().daemon().name("penstock-read-" + number).unstarted(this::read);
    }

    void start() {
        reader.start();
    }

    /**
     * Sends one frame; waits for credit unless the stream's overflow is {@code drop}. Nothing is copied when the payload is direct or mapped
     * memory, and nothing is allocated. When this returns the operating system has the bytes and the payload may be changed; it is safe in
     * a file only when it is acknowledged ({@link FrameStream#isWritten}).
     *
     * @param frameIndex 0-based place in the stream; any order
     * @param timestampNs start of exposure on the stream's clock, 0 if unknown
     * @param payload the frame's elements, little-endian, C order, from position to limit, which are left as they were; not shared with
     *     another thread meanwhile
     * @throws ProtocolException with the daemon's code when it has closed the connection with an error
     * @throws IOException when the connection broke
     * @throws IllegalArgumentException when the payload is not as long as one frame of the stream
     */
    public void send(long frameIndex, long timestampNs, ByteBuffer payload) throws IOException {
        int bytes = payload.remaining();
        if (bytes != stream.opened().frameBytes()) {
            throw new IllegalArgumentException("payload is not one frame: frame=" + frameIndex + ", expectedBytes="
                    + stream.opened().frameBytes() + ", actualBytes=" + bytes);
        }
        takeCredit();
        int position = payload.position();
        link.lock();
        try {
            header.writeRaw(frameIndex, timestampNs, bytes).seal(checksum.of(payload, position, bytes), checksum);
            headerBytes.rewind();
            message[1] = payload;
            link.writeLocked(message);
        } catch (IOException e) {
            throw lastWords(e);
        } finally {
            message[1] = headerBytes;
            payload.position(position);
            link.unlock();
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
            while (end == null && stream.waitsForCredit() && framesSent >= frameLimit) {
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
        return "frame could not be sent: stream=" + stream.opened().stream() + ", framesSent=" + framesSent;
    }

    /** Sends END; a connection that is closed already has nothing to end. */
    void end(@Nullable Long frames) {
        try {
            link.write(MessageKind.END, new End(frames));
        } catch (IOException _) {
            // the reader sees the same end, with the daemon's reason if there is one
        }
    }

    void close() throws IOException {
        link.close();
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
            MessageReader messages = link.startReading();
            for (MessageKind kind = messages.next(); kind != null; kind = messages.next()) {
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

    private EOFException closedByDaemon() {
        return new EOFException(stream.report()
                .map(report -> "stream ended by the daemon: state=" + report.state() + ", reason=" + report.reason())
                .orElse("connection closed by the daemon"));
    }

    private void ended(Throwable reason) {
        state.lock();
        try {
            end = reason;
            changed.signalAll();
        } finally {
            state.unlock();
        }
        try {
            link.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
        stream.connectionEnded(reason);
    }

    /** Takes one message; returns what ends the connection. */
    private @Nullable ProtocolException take(MessageKind kind, MessageReader messages) {
        ByteBuffer buffer = messages.buffer();
        switch (kind) {
            case CREDIT -> raiseLimit(Credit.frameLimit(buffer, messages.at()));
            case ACK -> acknowledged(messages);
            case DROPPED -> dropped(messages);
            case REPORT -> stream.reported(JsonBody.readLenient(messages.body(), Report.class));
            case PING -> link.pong(messages.body());
            case ERROR -> {
                Failure failure = JsonBody.readLenient(messages.body(), Failure.class);
                stream.failed(failure);
                return failure.fatal() ? Link.exception(failure) : null;
            }
            case RESEND, PONG, STATUS -> {}
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
    }

    private void acknowledged(MessageReader messages) {
        ByteBuffer buffer = messages.buffer();
        int at = messages.at();
        int ranges =
                Math.min(Acknowledgement.writtenRanges(buffer, at), messages.bodyBytes() / Acknowledgement.RANGE_BYTES);
        for (int i = 0; i < ranges; i++) {
            int rangeAt = messages.bodyAt() + i * Acknowledgement.RANGE_BYTES;
            stream.written(buffer.getLong(rangeAt), buffer.getLong(rangeAt + Long.BYTES));
        }
        stream.settledBelow(Acknowledgement.writtenBelow(buffer, at), Acknowledgement.durableBelow(buffer, at));
    }

    private void dropped(MessageReader messages) {
        ByteBuffer buffer = messages.buffer();
        int ranges =
                Math.min(Dropped.ranges(buffer, messages.at()), messages.bodyBytes() / Acknowledgement.RANGE_BYTES);
        for (int i = 0; i < ranges; i++) {
            int rangeAt = messages.bodyAt() + i * Acknowledgement.RANGE_BYTES;
            stream.dropped(buffer.getLong(rangeAt), buffer.getLong(rangeAt + Long.BYTES));
        }
    }
}
