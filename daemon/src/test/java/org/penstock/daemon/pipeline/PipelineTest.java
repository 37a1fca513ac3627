package org.penstock.daemon.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.frame.ChunkForm;
import org.penstock.daemon.frame.ChunkOutcome;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.ring.ChunkBuffer;
import org.penstock.daemon.ring.ChunkRoom;
import org.penstock.daemon.ring.ChunkStore;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.LaneListener;
import org.penstock.daemon.ring.Loss;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.FrameRange;

/** What one stream's slot does wrong costs no other stream a thread. */
final class PipelineTest {
    private static final FrameGeometry ONE_A_CHUNK = new FrameGeometry(8, 1, 1, 100, 1);

    private final FrameRing ring = new FrameRing(16, new Telemetry());
    private final BlockingQueue<String> stored = new LinkedBlockingQueue<>();
    private final Pipeline pipeline = new Pipeline(
            ring, 1, ChunkCodec.of("none"), new Telemetry(), new Pipeline.Ticking(() -> {}, Duration.ofSeconds(1)));

    /** One whose event loops have ended. */
    private static class Gone implements LaneListener {
        @Override
        public void onProgress() {
            throw new RejectedExecutionException("event loop has ended");
        }

        @Override
        public void onTooLate(long frame) {}

        @Override
        public void onRefused(long frame, String message) {}

        @Override
        public void onNoRoom(String message) {}

        @Override
        public void onTakenBack(List<FrameRange> frames) {}

        @Override
        public void onFailure(String message) {
            throw new RejectedExecutionException("event loop has ended");
        }
    }

    /** One that cannot note a loss. */
    private final class Store implements ChunkStore {
        @Override
        public ChunkOutcome store(ChunkBuffer chunk) {
            stored.add(chunk.lane().detector() + " " + chunk.firstFrame() + (chunk.isEncoded() ? " encoded" : " raw"));
            return ChunkOutcome.STORED;
        }

        @Override
        public ChunkOutcome keep(ChunkBuffer chunk, BitSet positions) {
            return ChunkOutcome.STORED;
        }

        @Override
        public void lost(long frame, Loss loss) {
            throw new IllegalStateException("a fault for the test");
        }
    }

    @BeforeEach
    void start() {
        pipeline.start();
    }

    @AfterEach
    void close() {
        pipeline.close();
    }

    @Test
    void shouldGoOnWhereNobodyIsLeftToBeTold() throws Exception {
        StreamLane gone = lane("gone", ChunkCodec.of("none"), new Gone());
        StreamLane healthy = lane("healthy", ChunkCodec.of("none"), LaneListener.NONE);

        publish(gone, 0);
        publish(healthy, 0);

        assertThat(next()).isEqualTo("gone 0 raw");
        assertThat(next()).isEqualTo("healthy 0 raw");
    }

    @Test
    void shouldFailOnlyTheStreamWhoseLossCannotBeNoted() throws Exception {
        StreamLane losing = lane("losing", ChunkCodec.of("none"), LaneListener.NONE);
        StreamLane healthy = lane("healthy", ChunkCodec.of("none"), LaneListener.NONE);

        ring.settle(losing, 0, Loss.DROPPED);
        publish(healthy, 0);

        assertThat(next()).isEqualTo("healthy 0 raw");
        assertThat(losing.failure()).contains("a fault for the test");
        assertThat(healthy.failure()).isNull();
    }

    @Test
    @SuppressWarnings("NullAway")
    void shouldStoreRawWhatHasNoEncoder() throws Exception {
        // no codec: asking it for an encoder fails
        StreamLane without = lane("without", null, LaneListener.NONE);

        publish(without, 0);
        publish(without, 1);

        assertThat(next()).isEqualTo("without 0 raw");
        assertThat(next()).isEqualTo("without 1 raw");
    }

    @Test
    void shouldEndTheProcessWithAThreadThatDies() throws Exception {
        AtomicInteger exitCode = new AtomicInteger();
        CountDownLatch ended = new CountDownLatch(1);
        Thread dying = new Thread(() -> {
            throw new StackOverflowError("a fault for the test");
        });
        dying.setUncaughtExceptionHandler(new Indispensable(code -> {
            exitCode.set(code);
            ended.countDown();
        }));

        dying.start();

        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(exitCode).hasValue(3);
        assertThat(pipeline.writerThread().getUncaughtExceptionHandler()).isSameAs(Indispensable.HALTING);
    }

    private @Nullable String next() throws InterruptedException {
        return stored.poll(20, TimeUnit.SECONDS);
    }

    private void publish(StreamLane lane, long frame) {
        ChunkBuffer chunk = Objects.requireNonNull(lane.pool().tryAcquire());
        chunk.begin(frame);
        chunk.arrived(0, 7, System.nanoTime());
        ring.publish(chunk);
    }

    private StreamLane lane(String detector, ChunkCodec codec, LaneListener listener) {
        ChunkForm form = ChunkForm.raw(codec);
        long bytes = ChunkRoom.of(form, ONE_A_CHUNK).bytes() * 2;
        return new StreamLane(new StreamLane.Parts(
                detector,
                detector,
                ONE_A_CHUNK,
                form,
                Checksum.Kind.NONE,
                100,
                false,
                new StreamLane.Memory(Arena.ofAuto().allocate(bytes, 4096), 2),
                new Store(),
                listener));
    }
}
