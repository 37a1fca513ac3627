package org.penstock.protocol.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.AckLevel;
import org.penstock.protocol.Attach;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;

/**
 * The frames of one detector in one scan, on their way to the daemon. Opened by {@link PenstockClient}.
 *
 * <p>A frame may go over any connection and in any order: its index decides its place. {@link #end} waits until all is in the files;
 * {@link #close} without it leaves the daemon to end the stream as incomplete.
 *
 * <p>Frames are sent from the caller's memory and not kept: this is the stream for a sender that can do without those that a cut takes, or has
 * them itself. {@link ResumableStream} keeps them and comes back.
 *
 * <p><b>Threading:</b> any thread; {@link #connection} for one connection per sending thread.
 */
public final class FrameStream implements AutoCloseable {
    private final Endpoint daemon;
    private final StreamOpened opened;
    private final StreamListener listener;
    private final List<FrameConnection> connections = new ArrayList<>();
    private final Settled settled = new Settled();
    private final AtomicInteger openConnections = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> refusal = new AtomicReference<>();
    private final CompletableFuture<Report> report = new CompletableFuture<>();

    /**
     * What a stream is, apart from its sockets.
     *
     * @param values what comes with each frame; null when another process has declared that
     */
    record Setting(
            Endpoint daemon,
            StreamOpened opened,
            boolean waitsForCredit,
            StreamListener listener,
            @Nullable FrameRecord values) {
        /** A silent daemon is trusted: there would be no coming back. */
        FrameConnection.Terms terms() {
            return new FrameConnection.Terms(opened.stream(), opened.frameBytes(), waitsForCredit, 0, values);
        }
    }

    private FrameStream(Setting setting) {
        this.daemon = setting.daemon();
        this.opened = setting.opened();
        this.listener = setting.listener();
    }

    /** Takes the first connection, which the stream was opened on, and attaches the others. */
    static FrameStream start(Setting setting, Link first, int connectionCount) throws IOException {
        FrameStream stream = new FrameStream(setting);
        setting.opened().lostRanges().forEach(stream.settled::lost);
        stream.settled.restart(setting.opened().writtenBelow(), setting.opened().durableBelow());
        List<Link> links = new ArrayList<>(List.of(first));
        try {
            while (links.size() < connectionCount) {
                Link link = Link.connect(setting.daemon(), first.checksum());
                links.add(link);
                link.write(MessageKind.ATTACH, new Attach(setting.opened().stream()));
                link.answer(MessageKind.STREAM_OPENED);
            }
        } catch (IOException | RuntimeException e) {
            for (Link link : links) {
                link.close();
            }
            throw e;
        }
        stream.openConnections.set(links.size());
        for (Link link : links) {
            stream.connections.add(
                    new FrameConnection(setting.terms(), link, stream.connections.size(), stream.new Events()));
        }
        stream.connections.forEach(FrameConnection::start);
        return stream;
    }

    /** Returns what the daemon said when the stream was opened: ids, file names, what it has already. */
    public StreamOpened opened() {
        return opened;
    }

    /** Returns the number of connections, closed ones included. */
    public int connectionCount() {
        return connections.size();
    }

    /** Returns a connection by number, from 0. */
    public FrameConnection connection(int number) {
        return connections.get(number);
    }

    /**
     * Sends one frame as it is over the connection that its index falls to, in turn.
     *
     * @throws ProtocolException with the daemon's code when it has closed that connection with an error
     * @throws IOException when that connection broke
     */
    public void send(long frameIndex, long timestampNs, ByteBuffer payload) throws IOException {
        send(frameIndex, timestampNs, PayloadEncoding.RAW, payload);
    }

    /**
     * Sends one frame over the connection that its index falls to, in turn; see {@link FrameConnection#send(long, long, PayloadEncoding,
     * ByteBuffer)}.
     *
     * @throws ProtocolException with the daemon's code when it has closed that connection with an error
     * @throws IOException when that connection broke
     */
    public void send(long frameIndex, long timestampNs, PayloadEncoding encoding, ByteBuffer payload)
            throws IOException {
        connections.get((int) (frameIndex % connections.size())).send(frameIndex, timestampNs, encoding, payload);
    }

    /**
     * Sends one frame, and what comes with it, over the connection that its index falls to, in turn; see {@link FrameConnection#send(long, FrameValues,
     * PayloadEncoding, ByteBuffer)}.
     *
     * @throws ProtocolException with the daemon's code when it has closed that connection with an error
     * @throws IOException when that connection broke
     */
    public void send(long frameIndex, FrameValues values, PayloadEncoding encoding, ByteBuffer payload)
            throws IOException {
        connections.get((int) (frameIndex % connections.size())).send(frameIndex, values, encoding, payload);
    }

    /** Returns below which index every frame is settled: written, left out on the stream's own wish, or named as lost. */
    public long writtenBelow() {
        return settled.below(AckLevel.WRITTEN);
    }

    /** Returns below which index every frame survives power loss, or is named as lost; 0 for a stream of level {@code written}. */
    public long durableBelow() {
        return settled.below(AckLevel.DURABLE);
    }

    /** Returns whether the daemon acknowledged the frame: it survives the death of the daemon, so its memory may be used again. */
    public boolean isWritten(long frameIndex) {
        return settled.has(AckLevel.WRITTEN, frameIndex);
    }

    /** Returns whether the daemon acknowledged the frame as surviving power loss. */
    public boolean isDurable(long frameIndex) {
        return settled.has(AckLevel.DURABLE, frameIndex);
    }

    /**
     * Says that the stream is at its end and waits until its files are closed, however long that takes. All sending threads have returned.
     *
     * @param frames how many frames the stream has, or null for as many as were announced, or else as came
     * @throws ProtocolException with the daemon's code when it ended the stream with an error
     * @throws IOException when the last connection broke before the report came
     */
    public Report end(@Nullable Long frames) throws IOException {
        for (FrameConnection connection : connections) {
            connection.end(frames);
        }
        return awaitReport();
    }

    /**
     * Ends the stream now; what was written stays. Goes over a connection of its own, so it does not wait behind frames.
     *
     * @param reason for the log, the report and the file
     */
    public void abort(String reason) throws IOException {
        try (ControlConnection control = PenstockClient.control(daemon)) {
            control.abort(opened.stream(), reason);
        }
    }

    /** Returns the report if it has come: before {@link #end} only when the daemon ended the stream by itself. */
    public Optional<Report> report() {
        boolean isThere = report.isDone() && !report.isCompletedExceptionally();
        return isThere ? Optional.of(report.join()) : Optional.empty();
    }

    private Report awaitReport() throws IOException {
        try {
            return report.get();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the report: stream=" + opened.stream());
        } catch (ExecutionException e) {
            throw Link.again("no report: stream=" + opened.stream(), Objects.requireNonNull(e.getCause()));
        }
    }

    @Override
    public void close() throws IOException {
        IOException first = null;
        for (FrameConnection connection : connections) {
            try {
                connection.close();
            } catch (IOException e) {
                if (first != null) {
                    e.addSuppressed(first);
                }
                first = e;
            }
        }
        connections.forEach(FrameConnection::join);
        if (first != null) {
            throw first;
        }
    }

    /** The stream is lost with its last connection; the daemon's own word, on whichever it came, tells more than the end of another. */
    private void connectionEnded(Throwable reason) {
        if (reason instanceof ProtocolException) {
            refusal.compareAndSet(null, reason);
        }
        if (openConnections.decrementAndGet() == 0) {
            report.completeExceptionally(Objects.requireNonNullElse(refusal.get(), reason));
        }
    }

    /** What the connections hear; the same for all of them. */
    private final class Events implements ConnectionEvents {
        @Override
        public void credited() {}

        @Override
        public void acknowledged(Acknowledged frames) {
            if (settled.take(frames)) {
                listener.onWrittenBelow(frames.writtenBelow());
            }
        }

        @Override
        public void dropped(List<FrameRange> frames) {
            for (FrameRange range : frames) {
                settled.lost(range);
                listener.onDropped(range);
            }
        }

        @Override
        public void takenBack(List<FrameRange> frames) {
            for (FrameRange range : frames) {
                settled.takeBack(range);
                listener.onResend(range);
            }
        }

        @Override
        public void refused(Failure failure) {
            Long frame = failure.frame();
            if (frame != null && !ErrorCode.DUPLICATE_FRAME.wireName().equals(failure.code())) {
                settled.lost(new FrameRange(frame, 1));
            }
            listener.onError(failure);
        }

        @Override
        public void reported(Report received) {
            report.complete(received);
        }

        @Override
        public void ponged(long number) {}

        @Override
        public boolean isStillTrusted(long silentMs) {
            return true;
        }

        @Override
        public void ended(Throwable reason) {
            connectionEnded(reason);
        }
    }
}
