package org.penstock.benchmarks.pipeline;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.frame.ChunkForm;
import org.penstock.daemon.frame.ChunkOutcome;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.pipeline.Pipeline;
import org.penstock.daemon.ring.ChunkBuffer;
import org.penstock.daemon.ring.ChunkStore;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.LaneListener;
import org.penstock.daemon.ring.Loss;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.protocol.Checksum;

/**
 * What hand-over costs apart from work: tiny chunks from a thread over the ring to a compressor that encodes nothing, on to {@code hdf5-writer} that writes
 * nothing, and their buffers back.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules", "jdk.incubator.vector"})
public class RingHandOverBenchmark {
    private static final int SLOTS = 4096;
    private static final int BUFFERS = 32;
    private static final FrameGeometry GEOMETRY = new FrameGeometry(64, 8, 1, 1 << 30, 1);
    private static final ChunkForm FORM = ChunkForm.raw(ChunkCodec.of("none"));

    /** Stores nothing. */
    private static final ChunkStore NOWHERE = new ChunkStore() {
        @Override
        public ChunkOutcome store(ChunkBuffer chunk) {
            return ChunkOutcome.STORED;
        }

        @Override
        public ChunkOutcome keep(ChunkBuffer chunk, BitSet positions) {
            return ChunkOutcome.STORED;
        }

        @Override
        public void lost(long frame, Loss loss) {}
    };

    @Param({"1", "4"})
    private int compressors;

    private final Arena arena = Arena.ofShared();
    private final AtomicReference<@Nullable Pipeline> pipeline = new AtomicReference<>();
    private @Nullable FrameRing ring;
    private @Nullable StreamLane lane;
    private long frame;

    /** Starts the threads. */
    @Setup(Level.Trial)
    public void start() {
        Telemetry telemetry = new Telemetry();
        FrameRing newRing = new FrameRing(SLOTS, telemetry);
        Pipeline started = new Pipeline(
                newRing, compressors, FORM.codec(), telemetry, new Pipeline.Ticking(() -> {}, Duration.ofSeconds(1)));
        started.start();
        pipeline.set(started);
        ring = newRing;
        lane = new StreamLane(new StreamLane.Parts(
                "stream",
                "detector",
                GEOMETRY,
                FORM,
                Checksum.Kind.NONE,
                1L << 31,
                false,
                new StreamLane.Memory(arena.allocate(4096L * 2 * BUFFERS, 4096), BUFFERS),
                NOWHERE,
                LaneListener.NONE));
    }

    /** Ends them. */
    @TearDown(Level.Trial)
    public void stop() {
        Pipeline started = pipeline.getAndSet(null);
        if (started != null) {
            started.close();
        }
        arena.close();
    }

    /** Hands one chunk over; waits for a buffer when all are on their way. */
    @Benchmark
    public long handOver() {
        StreamLane to = lane;
        FrameRing over = ring;
        if (to == null || over == null) {
            throw new IllegalStateException("not started");
        }
        ChunkBuffer buffer = to.pool().tryAcquire();
        while (buffer == null) {
            Thread.onSpinWait();
            buffer = to.pool().tryAcquire();
        }
        // the same frames again and again, so that what is kept of each does not grow
        long index = frame++ & 0xf_ffff;
        buffer.begin(index);
        buffer.arrived(0, 0, System.nanoTime());
        over.publish(buffer);
        return index;
    }
}
