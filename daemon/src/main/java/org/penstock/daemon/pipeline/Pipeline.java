package org.penstock.daemon.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.ring.Bell;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.telemetry.Telemetry;

/**
 * The threads behind the ring: started writer first, stopped writer last.
 *
 * <p><b>Threading:</b> start and close from one thread; {@link #execute} from any.
 */
public final class Pipeline implements AutoCloseable {
    private final WriterLoop writer;
    private final Thread writerThread;
    private final List<Compressor> compressors = new ArrayList<>();
    private final List<Thread> compressorThreads = new ArrayList<>();

    /**
     * Wires the ring to {@code compressorCount} compressor threads, which warm up with {@code codec}, and the writer.
     */
    public Pipeline(FrameRing ring, int compressorCount, ChunkCodec codec, Telemetry telemetry, Ticking ticking) {
        Bell writerBell = new Bell();
        Claims claims = new Claims(ring, compressorCount);
        for (int i = 0; i < compressorCount; i++) {
            Compressor compressor = new Compressor(i, ring, claims, writerBell, telemetry, codec);
            compressors.add(compressor);
            compressorThreads.add(thread(compressor, "compress-" + i));
        }
        writer = new WriterLoop(ring, claims, writerBell, telemetry, ticking);
        ring.wakes(compressors.stream().map(Compressor::bell).toList());
        ring.gateOn(writer.sequence());
        writerThread = thread(writer, "hdf5-writer");
    }

    private static Thread thread(Runnable body, String name) {
        Thread thread = new Thread(body, name);
        thread.setUncaughtExceptionHandler(Indispensable.HALTING);
        return thread;
    }

    /**
     * What hdf5-writer does beside writing.
     *
     * @param tick run about every 20 ms
     * @param noRoom how long chunks may wait for room on a full disk
     */
    public record Ticking(Runnable tick, Duration noRoom) {}

    /** Starts all threads. */
    public void start() {
        writerThread.start();
        compressorThreads.forEach(Thread::start);
    }

    /** Runs a task on hdf5-writer soon, before chunks that are still on their way. */
    public void execute(Runnable task) {
        writer.execute(task);
    }

    /** Returns the thread hdf5-writer, to be looked at. */
    public Thread writerThread() {
        return writerThread;
    }

    /** Returns a number that changes when hdf5-writer has done something, and while it is idle about every 20 ms. */
    public long writerSteps() {
        return writer.steps();
    }

    /** Drains the ring and ends all threads; nothing may be published any more. */
    @Override
    public void close() {
        writer.stop();
        join(writerThread);
        compressors.forEach(Compressor::stop);
        compressorThreads.forEach(Pipeline::join);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
