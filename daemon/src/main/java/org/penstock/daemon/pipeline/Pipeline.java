package org.penstock.daemon.pipeline;

import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import java.util.ArrayList;
import java.util.List;
import org.penstock.daemon.ring.Bell;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.telemetry.Telemetry;

/**
 * The threads behind the ring: started writer first, stopped writer last.
 *
 * <p><b>Threading:</b> start and close from one thread; {@link #execute} from any.
 */
public final class Pipeline implements AutoCloseable {
    private final SequenceBarrier barrier;
    private final WriterLoop writer;
    private final Thread writerThread;
    private final List<Thread> compressorThreads = new ArrayList<>();

    /** Wires the ring to {@code compressors} compressor threads and the writer; {@code tick} runs on hdf5-writer about every 50 ms. */
    public Pipeline(FrameRing ring, int compressors, Telemetry telemetry, Runnable tick) {
        barrier = ring.barrier();
        Bell bell = new Bell();
        Sequence claimed = new Sequence();
        Sequence[] sequences = new Sequence[compressors];
        for (int i = 0; i < compressors; i++) {
            Compressor compressor = new Compressor(ring, barrier, claimed, bell, telemetry);
            sequences[i] = compressor.sequence();
            compressorThreads.add(new Thread(compressor, "compress-" + i));
        }
        writer = new WriterLoop(ring, sequences, bell, telemetry, tick);
        ring.gateOn(writer.sequence());
        writerThread = new Thread(writer, "hdf5-writer");
    }

    /** Starts all threads. */
    public void start() {
        writerThread.start();
        compressorThreads.forEach(Thread::start);
    }

    /** Runs a task on hdf5-writer soon, before chunks that are still on their way. */
    public void execute(Runnable task) {
        writer.execute(task);
    }

    /** Drains the ring and ends all threads; nothing may be published any more. */
    @Override
    public void close() {
        writer.stop();
        join(writerThread);
        barrier.alert();
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
