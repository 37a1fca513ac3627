package org.penstock.daemon.ring;

import com.lmax.disruptor.LiteBlockingWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;

/**
 * The ring: a multi-producer Disruptor of {@link RingSlot}s. Half of its slots is the most that chunk buffers may number in all, so that
 * publishing a chunk never waits; the rest is for tasks and losses.
 *
 * <p>Compressors wait on its barrier; the strategy takes a lock only when one of them is asleep. hdf5-writer waits on a {@link Bell}, because the
 * Disruptor's strategies would spin while compressors work.
 *
 * <p><b>Threading:</b> any thread publishes.
 */
public final class FrameRing {
    private final RingBuffer<RingSlot> ring;

    /** A ring of {@code slots} entries, a power of two. */
    public FrameRing(int slots) {
        ring = RingBuffer.createMultiProducer(RingSlot::new, slots, new LiteBlockingWaitStrategy());
    }

    /** Returns how many chunk buffers there may be in all. */
    public int maxBuffers() {
        return ring.getBufferSize() / 2;
    }

    /** Hands a full chunk on. */
    public void publish(ChunkBuffer chunk) {
        long sequence = ring.next();
        ring.get(sequence).carry(chunk);
        ring.publish(sequence);
    }

    /** Has a task run by hdf5-writer after everything published before. */
    public void submit(Runnable task) {
        long sequence = ring.next();
        ring.get(sequence).carry(task);
        ring.publish(sequence);
    }

    /** Notes that a frame will not come through the ring. */
    public void settle(StreamLane lane, long frame, Loss loss) {
        long sequence = ring.next();
        ring.get(sequence).carry(lane, frame, loss);
        ring.publish(sequence);
    }

    /** Returns the slot of a sequence that the caller has been handed. */
    public RingSlot slot(long sequence) {
        return ring.get(sequence);
    }

    /** Returns a barrier behind the producers. */
    public SequenceBarrier barrier() {
        return ring.newBarrier();
    }

    /** Makes producers wait for a consumer. */
    public void gateOn(Sequence consumer) {
        ring.addGatingSequences(consumer);
    }

    /** Returns the sequence published last. */
    public long cursor() {
        return ring.getCursor();
    }

    /** Returns how many slots are free. */
    public long freeSlots() {
        return ring.remainingCapacity();
    }
}
