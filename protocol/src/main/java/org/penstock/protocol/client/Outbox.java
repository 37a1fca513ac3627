package org.penstock.protocol.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.PayloadEncoding;

/**
 * Small frames on their way to the socket: written together as many as came while the write before went on. A frame that comes alone goes at once.
 *
 * <p>A system call for each frame of some KiB would cost more than all else that is done for it. Two buffers: senders fill one while the other is being
 * written. Nothing is allocated per frame.
 *
 * <p><b>Threading:</b> any thread sends; whoever holds the link's lock drains, as a rule the thread of the outbox.
 */
final class Outbox {
    /** Frames from this size on are written from the caller's memory. */
    static final int LARGE_FRAME_BYTES = 16 * 1024;

    private static final int HALF_BYTES = 256 * 1024;
    private static final long CLOSE_NS = 1_000_000_000;

    private final Link link;
    private final Thread thread;

    private final ReentrantLock state = new ReentrantLock();
    private final Condition hasFrames = state.newCondition();
    private final Condition hasRoom = state.newCondition();

    // guarded by state
    private final Checksum checksum;
    private Half filling = new Half();
    private boolean isIdle;
    private boolean isClosed;

    // guarded by the link's lock, but for the swap
    private Half writing = new Half();

    /** One of the two buffers. */
    private static final class Half {
        final ByteBuffer bytes = ByteBuffer.allocateDirect(HALF_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        final FrameHeader header = new FrameHeader(bytes);
        final ByteBuffer[] message = {bytes};
    }

    Outbox(Link link, int number) {
        this.link = link;
        this.checksum = new Checksum(link.checksum());
        this.thread =
                Thread.ofPlatform().daemon().name("penstock-send-" + number).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * Takes a copy of one frame; waits while both buffers are full.
     *
     * @throws IOException when the connection has ended
     */
    void send(
            long frameIndex,
            long timestampNs,
            @Nullable FrameValues values,
            PayloadEncoding encoding,
            long frameBytes,
            ByteBuffer payload)
            throws IOException {
        int bytes = payload.remaining();
        state.lock();
        try {
            Half half = awaitRoom(FrameHeader.BYTES + metadataBytes(values) + bytes);
            int sum = checksum.of(payload, payload.position(), bytes);
            half.header
                    .at(half.bytes.position())
                    .writeRaw(frameIndex, timestampNs, bytes)
                    .withEncoding(encoding, frameBytes);
            add(half, sum, values, payload);
        } finally {
            state.unlock();
        }
    }

    /** Takes a frame that is kept. */
    void send(KeptFrame frame, long frameBytes) throws IOException {
        ByteBuffer payload = frame.bytes();
        state.lock();
        try {
            Half half = awaitRoom(FrameHeader.BYTES + metadataBytes(frame.values()) + payload.remaining());
            int sum = frame.checksum(checksum);
            half.header
                    .at(half.bytes.position())
                    .writeRaw(frame.index(), frame.timestampNs(), payload.remaining())
                    .withEncoding(frame.encoding(), frameBytes)
                    .withFlags(frame.isSentBefore() ? FrameHeader.SENT_BEFORE : 0);
            add(half, sum, frame.values(), payload);
        } finally {
            state.unlock();
        }
    }

    private static int metadataBytes(@Nullable FrameValues values) {
        return values == null ? 0 : values.metadataBytes();
    }

    private Half awaitRoom(int bytes) throws IOException {
        try {
            while (!isClosed && filling.bytes.remaining() < bytes) {
                hasRoom.await();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the connection to take frames");
        }
        if (isClosed) {
            throw new IOException("connection has ended");
        }
        return filling;
    }

    /** Adds the frame whose header is written but for what comes with it. */
    private void add(Half half, int payloadChecksum, @Nullable FrameValues values, ByteBuffer payload) {
        int position = payload.position();
        int metadataAt = half.bytes.position() + FrameHeader.BYTES;
        ByteBuffer metadata = values == null ? null : values.writeTo(half.header, checksum);
        half.header.seal(payloadChecksum, checksum);
        half.bytes.position(metadataAt);
        if (metadata != null) {
            half.bytes.put(metadata);
        }
        half.bytes.put(payload);
        payload.position(position);
        if (isIdle) {
            isIdle = false;
            hasFrames.signal();
        }
    }

    /** Writes what was sent so far; the caller holds the link's lock. */
    void drain() throws IOException {
        Half out;
        state.lock();
        try {
            if (filling.bytes.position() == 0) {
                return;
            }
            out = filling;
            filling = writing;
            writing = out;
            hasRoom.signalAll();
        } finally {
            state.unlock();
        }
        out.bytes.flip();
        try {
            link.writeLocked(out.message);
        } finally {
            out.bytes.clear();
        }
    }

    private void run() {
        while (awaitFrames()) {
            link.lock();
            try {
                drain();
            } catch (IOException _) {
                // the reader sees the same end of the connection, with the daemon's reason if there is one
                close();
            } finally {
                link.unlock();
            }
        }
    }

    private boolean awaitFrames() {
        state.lock();
        try {
            while (!isClosed && filling.bytes.position() == 0) {
                isIdle = true;
                hasRoom.signalAll(); // who waits for all to be written
                hasFrames.awaitUninterruptibly();
            }
            return !isClosed;
        } finally {
            state.unlock();
        }
    }

    /** Waits a moment for what was sent to be written, and ends. */
    void finish() {
        state.lock();
        try {
            long leftNs = CLOSE_NS;
            while (!isClosed && !isIdle && leftNs > 0) {
                leftNs = hasRoom.awaitNanos(leftNs);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            state.unlock();
        }
        close();
    }

    /** Ends; what was not written is lost with the connection. */
    void close() {
        state.lock();
        try {
            isClosed = true;
            hasFrames.signalAll();
            hasRoom.signalAll();
        } finally {
            state.unlock();
        }
    }

    /** Returns an outbox for frames of this size, or null when they are written from the caller's memory. */
    static @Nullable Outbox of(Link link, int number, long frameBytes) {
        return frameBytes < LARGE_FRAME_BYTES ? new Outbox(link, number) : null;
    }
}
