package org.penstock.daemon.ring;

import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.List;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;

/**
 * The ring: a multi-producer Disruptor of {@link RingSlot}s. Half of its slots is the most that chunk buffers may number in all, so that
 * publishing a chunk never waits; the rest is for tasks and losses.
 *
 * <p>Who waits for slots sleeps on a {@link Bell}: whatever is published wakes one of those asleep. The Disruptor's strategies would wake all of
 * them, or spin.
 *
 * <p><b>Threading:</b> any thread publishes.
 */
public final class FrameRing {
    private static final int SLOTS_OF_BUFFER = 2;

    private final RingBuffer<RingSlot> ring;
    private final Telemetry telemetry;
    private volatile List<Bell> bells = List.of();

    /** A ring of {@code slots} entries, a power of two. */
    public FrameRing(int slots, Telemetry telemetry) {
        this.telemetry = telemetry;
        ring = RingBuffer.createMultiProducer(RingSlot::new, slots, new BusySpinWaitStrategy());
    }

    /** Returns how many chunk buffers there may be in all. */
    public int maxBuffers() {
        return maxBuffers(ring.getBufferSize());
    }

    /** Returns how many chunk buffers there may be in all with a ring of so many slots. */
    public static int maxBuffers(int slots) {
        return slots / SLOTS_OF_BUFFER;
    }

    /** Returns how many slots a ring must have for so many chunk buffers. */
    public static long slotsFor(long buffers) {
        return Long.highestOneBit(Math.max(1, buffers * SLOTS_OF_BUFFER - 1)) << 1;
    }

    /** Says who is to be woken, one for each slot that is published. */
    public void wakes(List<Bell> sleepers) {
        bells = List.copyOf(sleepers);
    }

    /** Hands a full chunk on. */
    public void publish(ChunkBuffer chunk) {
        long sequence = ring.next();
        ring.get(sequence).carry(chunk);
        telemetry.add(Counter.FRAMES_PUBLISHED, chunk.present().cardinality());
        publish(sequence);
    }

    /** Has a task run by hdf5-writer after everything published before, and behind the lane's chunks where they wait for room. */
    public void submit(StreamLane lane, Runnable task) {
        long sequence = ring.next();
        ring.get(sequence).carry(lane, task);
        publish(sequence);
    }

    /** Has frames of a chunk that is not full made safe; the buffer stays with the caller, who may go on to fill it. */
    public void keep(ChunkBuffer chunk, BitSet positions) {
        submit(chunk.lane(), () -> chunk.lane().keep(chunk, positions));
    }

    /** Has a task run after everything published before; what waits for room on a full disk is thrown away. */
    public void suspend(StreamLane lane, Runnable task) {
        long sequence = ring.next();
        ring.get(sequence).carry(() -> {
            lane.dropWaiting();
            task.run();
        });
        publish(sequence);
    }

    /** Notes that a frame will not come through the ring. */
    public void settle(StreamLane lane, long frame, Loss loss) {
        long sequence = ring.next();
        ring.get(sequence).carry(lane, frame, loss);
        publish(sequence);
    }

    private void publish(long sequence) {
        ring.publish(sequence);
        VarHandle.fullFence(); // pairs with Bell.sleepUnless
        List<Bell> sleepers = bells;
        for (int i = 0; i < sleepers.size(); i++) {
            if (sleepers.get(i).ring()) {
                return;
            }
        }
    }

    /** Returns whether a sequence, one that is not yet consumed, has been published. */
    public boolean isPublished(long sequence) {
        return ring.isAvailable(sequence);
    }

    /** Returns the slot of a sequence that the caller has been handed. */
    public RingSlot slot(long sequence) {
        return ring.get(sequence);
    }

    /** Makes producers wait for a consumer. */
    public void gateOn(Sequence consumer) {
        ring.addGatingSequences(consumer);
    }

    /** Returns the sequence published last. */
    public long cursor() {
        return ring.getCursor();
    }

    /** Returns how many slots there are. */
    public int slots() {
        return ring.getBufferSize();
    }

    /** Returns how much of the ring is taken, of 1. */
    public double fill() {
        return 1 - (double) ring.remainingCapacity() / ring.getBufferSize();
    }
}
