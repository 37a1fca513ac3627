package org.penstock.daemon.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.source.FrameSource;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.client.ResumableStream;

/**
 * Sends the frames of a source, over and over until there were enough, with as many threads as the stream has connections: thread {@code t} of
 * {@code n} takes frames {@code t}, {@code t + n}, …, each at its time.
 *
 * <p>After a cut, frames could be read from their files again. They are not: the stream keeps them, as it does for a detector that has nothing to
 * read from, so that every {@code send} exercises what a detector relies on.
 *
 * <p><b>Threading:</b> {@link #run} once, by one thread; the figures and {@link #stop} by any.
 */
final class FrameSender {
    private static final long LONGEST_WAIT_NS = 100_000_000;

    /**
     * How many frames, how fast, and in what form.
     *
     * @param frames to send
     * @param rateHz frames per second, or null for as fast as the daemon takes them
     * @param codec that frames are encoded with before they are sent, or null to send them as they are
     */
    record Pace(
            long frames, @Nullable Double rateHz, @Nullable ChunkCodec codec) {
        /** Returns when a frame is due, in nanoseconds after the first. */
        long dueNs(long frame) {
            return rateHz == null ? 0 : (long) (frame * 1e9 / rateHz);
        }
    }

    private final ResumableStream stream;
    private final FrameSource source;
    private final Pace pace;
    private final long startNs = System.nanoTime();
    private final long epochNs;

    // written by the sending threads
    private final LongAdder sent = new LongAdder();
    private final LongAccumulator sentBelow = new LongAccumulator(Math::max, 0);
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

    private volatile boolean isStopped;

    FrameSender(ResumableStream stream, FrameSource source, Pace pace) {
        this.stream = stream;
        this.source = source;
        this.pace = pace;
        Instant now = Instant.now();
        this.epochNs = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    /** Sends all frames, ends the stream and waits for its report. */
    SendResult run() {
        try {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < stream.connectionCount(); i++) {
                int number = i;
                threads.add(Thread.ofPlatform().name("send-" + i).start(() -> sendOver(number)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            return result();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return SendResult.without(stream, pace.frames(), done(), "interrupted");
        }
    }

    /** Sends no further frame; {@link #run} then ends the stream with what was sent. */
    void stop() {
        isStopped = true;
    }

    private SendResult result() {
        String failed = failure.get();
        try {
            if (failed == null) {
                return SendResult.of(
                        stream.end(isStopped ? sentBelow.get() : pace.frames()), pace.frames(), done(), null);
            }
        } catch (ProtocolException e) {
            failed = "stream ended by the daemon: " + e.code().wireName() + ": " + e.getMessage();
        } catch (IOException e) {
            failed = String.valueOf(e.getMessage());
        }
        String reason = failed;
        return stream.report()
                .map(report -> SendResult.of(report, pace.frames(), done(), reason))
                .orElseGet(() -> SendResult.without(stream, pace.frames(), done(), reason));
    }

    private void sendOver(int number) {
        ByteBuffer scratch = ByteBuffer.allocateDirect(source.isReady() ? 0 : (int) source.frameBytes());
        try (PayloadEncoder encoder = encoder()) {
            for (long frame = number; frame < pace.frames(); frame += stream.connectionCount()) {
                awaitDue(frame);
                if (isStopped) {
                    return;
                }
                long timestampNs = epochNs + System.nanoTime() - startNs;
                send(frame, timestampNs, source.frame(frame % source.frames(), scratch), encoder);
                sent.increment();
                sentBelow.accumulate(frame + 1);
            }
        } catch (ProtocolException e) {
            fail("stream refused by the daemon: " + e.code().wireName() + ": " + e.getMessage());
        } catch (IOException e) {
            fail(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable PayloadEncoder encoder() {
        ChunkCodec codec = pace.codec();
        return codec == null ? null : new PayloadEncoder(codec, source.type(), source.frameBytes());
    }

    private void send(long frame, long timestampNs, ByteBuffer pixels, @Nullable PayloadEncoder encoder)
            throws IOException {
        ByteBuffer encoded = encoder == null ? null : encoder.encode(pixels);
        if (encoder == null || encoded == null) {
            stream.send(frame, timestampNs, pixels);
        } else {
            stream.send(frame, timestampNs, encoder.encoding(), encoded);
        }
    }

    private void fail(String reason) {
        failure.compareAndSet(null, reason);
        isStopped = true;
    }

    private void awaitDue(long frame) {
        long dueNs = startNs + pace.dueNs(frame);
        for (long leftNs = dueNs - System.nanoTime(); leftNs > 0 && !isStopped; leftNs = dueNs - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(leftNs, LONGEST_WAIT_NS));
        }
    }

    private SendResult.Sent done() {
        return new SendResult.Sent(
                sent(),
                stream.framesAcknowledged(),
                stream.framesDurable(),
                stream.resumed(),
                (System.nanoTime() - startNs) / 1e9);
    }

    /** Returns how many frames the stream has taken. */
    long sent() {
        return sent.sum();
    }

    /** Returns how many frames are to be sent. */
    long frames() {
        return pace.frames();
    }

    /** Returns how many frames, from the first on, are settled. */
    long writtenBelow() {
        return stream.writtenBelow();
    }

    long frameBytes() {
        return source.frameBytes();
    }

    /** Returns when sending began, on the clock of {@link System#nanoTime()}. */
    long startNs() {
        return startNs;
    }
}
