package org.penstock.daemon.pipeline;

import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.TimeoutException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;
import org.penstock.daemon.ring.Bell;
import org.penstock.daemon.ring.ChunkBuffer;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes chunks from the ring, one at a time and each by exactly one compressor, and encodes them.
 *
 * <p>Its {@link #sequence()} is one below the slot it has claimed: all it claimed before is done. The lowest of all compressors' sequences is
 * therefore how far hdf5-writer may go.
 *
 * <p><b>Threading:</b> {@link #run} is the body of one thread, {@code compress-n}.
 */
final class Compressor implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Compressor.class);

    private final FrameRing ring;
    private final SequenceBarrier barrier;
    private final Sequence claimed;
    private final Bell writerBell;
    private final Telemetry telemetry;
    private final Sequence sequence = new Sequence();
    private final Map<ChunkCodec, ChunkEncoder> encoders = new HashMap<>();

    /** {@code claimed} is shared by all compressors: the last slot that any of them took. */
    Compressor(FrameRing ring, SequenceBarrier barrier, Sequence claimed, Bell writerBell, Telemetry telemetry) {
        this.ring = ring;
        this.barrier = barrier;
        this.claimed = claimed;
        this.writerBell = writerBell;
        this.telemetry = telemetry;
    }

    Sequence sequence() {
        return sequence;
    }

    @Override
    public void run() {
        long next = claim();
        try {
            while (true) {
                long available = barrier.waitFor(next);
                while (next <= available) {
                    encode(ring.slot(next).chunk());
                    next = claim();
                }
            }
        } catch (AlertException _) {
            LOG.debug("compressor stopped");
        } catch (InterruptedException | TimeoutException e) {
            LOG.error("compressor stopped by {}: chunks are not compressed any more", e, e);
        } finally {
            encoders.values().forEach(ChunkEncoder::close);
        }
    }

    private long claim() {
        long next;
        do {
            next = claimed.get() + 1;
            // a full fence, so that hdf5-writer is either seen asleep by the bell below or sees this
            sequence.setVolatile(next - 1);
        } while (!claimed.compareAndSet(next - 1, next));
        writerBell.ring();
        return next;
    }

    private void encode(@Nullable ChunkBuffer chunk) {
        if (chunk == null) {
            return;
        }
        long start = System.nanoTime();
        ChunkCodec codec = chunk.lane().codec();
        ChunkEncoder encoder = encoders.get(codec);
        if (encoder == null) {
            encoder = codec.newEncoder();
            encoders.put(codec, encoder);
        }
        long bytes = encode(chunk, encoder);
        if (bytes == ChunkEncoder.NOT_SMALLER) {
            telemetry.increment(Counter.CHUNKS_INCOMPRESSIBLE);
        } else {
            chunk.encoded(bytes);
            telemetry.increment(Counter.CHUNKS_COMPRESSED);
        }
        telemetry.add(Counter.COMPRESS_NS, System.nanoTime() - start);
    }

    /** An encoder that fails must not take the frames with it: the chunk is stored raw, and the log says why. */
    private static long encode(ChunkBuffer chunk, ChunkEncoder encoder) {
        try {
            return encoder.encode(
                    chunk.raw(), chunk.raw().byteSize(), chunk.lane().geometry().elementBytes(), chunk.stored());
        } catch (RuntimeException e) {
            LOG.error(
                    "encoder failed, chunk stored raw: detector={}, firstFrame={}",
                    chunk.lane().detector(),
                    chunk.firstFrame(),
                    e);
            return ChunkEncoder.NOT_SMALLER;
        }
    }
}
