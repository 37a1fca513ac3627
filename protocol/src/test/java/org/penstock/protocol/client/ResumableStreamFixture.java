package org.penstock.protocol.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import org.penstock.protocol.AckLevel;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;

/** Tiny frames for a resumable stream, and what its listener hears. */
abstract class ResumableStreamFixture {
    static final int FRAME_BYTES = 12;
    static final OpenStream TINY = OpenStream.of("tiny", ElementType.U2, List.of(2L, 3L), 10L);
    static final RetryPolicy POLICY = RetryPolicy.DEFAULTS.withPatience(Duration.ofSeconds(30));
    static final Duration LONG = Duration.ofSeconds(10);

    /** What the listener was told, in order. */
    static final class Heard implements StreamListener {
        final BlockingQueue<AcknowledgedFrame> frames = new LinkedBlockingQueue<>();
        final BlockingQueue<String> cuts = new LinkedBlockingQueue<>();
        final BlockingQueue<StreamOpened> comebacks = new LinkedBlockingQueue<>();
        final BlockingQueue<FrameRange> takenBack = new LinkedBlockingQueue<>();
        final BlockingQueue<Failure> errors = new LinkedBlockingQueue<>();

        @Override
        public void onAcknowledged(List<AcknowledgedFrame> reached) {
            frames.addAll(reached);
        }

        @Override
        public void onCut(String problem) {
            cuts.add(problem);
        }

        @Override
        public void onResumed(StreamOpened opened) {
            comebacks.add(opened);
        }

        @Override
        public void onResend(FrameRange range) {
            takenBack.add(range);
        }

        @Override
        public void onError(Failure failure) {
            errors.add(failure);
        }
    }

    final Heard heard = new Heard();

    ResumableStream open(ScriptedDaemon daemon, OpenStream request) throws IOException {
        return open(daemon, request, POLICY);
    }

    ResumableStream open(ScriptedDaemon daemon, OpenStream request, RetryPolicy policy) throws IOException {
        return PenstockClient.open(daemon.address(), request, heard, policy);
    }

    static void send(ResumableStream stream, long from, long to) {
        try {
            for (long frame = from; frame < to; frame++) {
                stream.send(frame, 0, pixels(frame));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static CompletableFuture<Report> end(ResumableStream stream, Long frames) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return stream.end(frames);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    static void awaitFrames(ScriptedDaemon daemon, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            daemon.await(MessageKind.FRAME);
        }
    }

    static long index(ScriptedDaemon daemon) throws InterruptedException {
        return daemon.await(MessageKind.FRAME).frame().frameIndex();
    }

    void awaitComeback() throws InterruptedException {
        assertThat(heard.comebacks.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    static void await(BooleanSupplier holds) {
        long endNs = System.nanoTime() + LONG.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(endNs);
            Thread.onSpinWait();
        }
    }

    static ByteBuffer pixels(long frame) {
        ByteBuffer payload = ByteBuffer.allocate(FRAME_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < FRAME_BYTES; i++) {
            payload.put(i, (byte) (frame * 31 + i));
        }
        return payload;
    }

    static AcknowledgedFrame acknowledged(long frame, AckLevel level) {
        CRC32C sum = new CRC32C();
        sum.update(pixels(frame));
        return new AcknowledgedFrame(frame, (int) sum.getValue(), level);
    }

    static Report report(long written, FrameRange... missing) {
        String json = "{\"stream\":\"s1\",\"state\":\"complete\",\"reason\":\"\",\"frames_expected\":" + written
                + ",\"frames_written\":" + written + ",\"missing\":" + JsonBody.text(List.of(missing)) + "}";
        return JsonBody.readLenient(json.getBytes(StandardCharsets.UTF_8), Report.class);
    }
}
