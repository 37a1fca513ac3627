package org.penstock.daemon.pipeline;

import com.lmax.disruptor.Sequence;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.ring.Bell;
import org.penstock.daemon.ring.ChunkBuffer;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.RingSlot;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.protocol.ErrorCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that calls HDF5: takes slots in ring order behind all compressors, runs urgent tasks between them, and ticks.
 *
 * <p><b>Threading:</b> {@link #run} is the body of {@code hdf5-writer}; {@link #execute} and {@link #stop} are for any thread.
 */
final class WriterLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(WriterLoop.class);
    private static final long TICK_NS = 20_000_000;
    private static final long RETRY_NS = 200_000_000;

    private final FrameRing ring;
    private final Claims claims;
    private final Bell bell;
    private final Telemetry telemetry;
    private final Runnable tick;
    private final Sequence sequence = new Sequence();
    private final Queue<Runnable> urgent = new ConcurrentLinkedQueue<>();
    private final long noRoomNs;

    // confined to hdf5-writer
    private final Set<StreamLane> waiting = new HashSet<>();
    private long lastRetryNs;

    private final BooleanSupplier hasWork = this::hasWork; // once: it would be made anew for each sleep
    private volatile boolean stopping;

    /** Of the last turn of the loop that ticked; also read from outside. */
    private volatile long tickedNs;

    WriterLoop(FrameRing ring, Claims claims, Bell bell, Telemetry telemetry, Pipeline.Ticking ticking) {
        this.ring = ring;
        this.claims = claims;
        this.bell = bell;
        this.telemetry = telemetry;
        this.tick = ticking.tick();
        this.noRoomNs = ticking.noRoom().toNanos();
    }

    Sequence sequence() {
        return sequence;
    }

    /** Returns a number that changes with each slot taken, and about every 20 ms while the loop turns; any thread. */
    long steps() {
        return sequence.get() + tickedNs;
    }

    /** Runs a task soon, before chunks that are still on their way. */
    void execute(Runnable task) {
        urgent.add(task);
        bell.ring();
    }

    /** Ends the loop when the ring is empty and all tasks are done. */
    void stop() {
        stopping = true;
        bell.ring();
    }

    @Override
    public void run() {
        tickedNs = System.nanoTime();
        while (true) {
            runUrgent();
            boolean worked = takeSlots();
            long nowNs = System.nanoTime();
            if (nowNs - tickedNs >= TICK_NS) {
                tickedNs = nowNs;
                guarded(tick);
                retryWaiting(nowNs);
            }
            if (!worked) {
                if (stopping && sequence.get() == ring.cursor() && urgent.isEmpty()) {
                    return;
                }
                bell.sleepUnless(hasWork, TICK_NS);
            }
        }
    }

    private boolean hasWork() {
        return claims.done() > sequence.get() || !urgent.isEmpty();
    }

    private boolean takeSlots() {
        long available = claims.done();
        long next = sequence.get() + 1;
        if (next > available) {
            return false;
        }
        telemetry.ringFill().note(ring.cursor() - next + 1);
        while (next <= available) {
            RingSlot slot = ring.slot(next);
            take(slot);
            sequence.set(next);
            next++;
            runUrgent();
        }
        return true;
    }

    /** Whatever a slot does, the next one's turn comes; its stream goes no further. */
    private void take(RingSlot slot) {
        try {
            handle(slot);
        } catch (RuntimeException e) {
            ChunkBuffer chunk = slot.chunk();
            StreamLane lane = chunk == null ? slot.lane() : chunk.lane();
            String detector = lane == null ? "none" : lane.detector();
            LOG.error("slot of the ring failed: detector={}", detector, e);
            if (lane != null) {
                guarded(() -> lane.fail("internal error: " + e));
            }
        } finally {
            slot.clear();
        }
    }

    private void handle(RingSlot slot) {
        ChunkBuffer chunk = slot.chunk();
        Runnable task = slot.task();
        StreamLane lane = slot.lane();
        if (chunk != null) {
            store(chunk);
        } else if (task != null) {
            guarded(lane == null ? task : () -> lane.run(task));
            if (lane != null && lane.isWaiting()) {
                waiting.add(lane);
            }
        } else if (lane != null) {
            lane.settle(slot.frame(), slot.loss());
            lane.publishLosses();
        }
    }

    private void store(ChunkBuffer chunk) {
        StreamLane lane = chunk.lane();
        if (chunk.refusal() != null) {
            telemetry.increment(Counter.FRAMES_REFUSED);
            telemetry.refusals().count(ErrorCode.PAYLOAD_FORMAT.wireName());
        }
        if (!lane.store(chunk)) {
            waiting.add(lane);
        }
    }

    /** The disk was full: whose chunks wait is asked again, and after too long gives up. */
    private void retryWaiting(long nowNs) {
        if (waiting.isEmpty() || nowNs - lastRetryNs < RETRY_NS) {
            return;
        }
        lastRetryNs = nowNs;
        for (StreamLane lane : waiting) {
            guarded(() -> giveUpAfterTooLong(lane, nowNs));
            guarded(lane::retry);
        }
        waiting.removeIf(lane -> !lane.isWaiting());
    }

    private void giveUpAfterTooLong(StreamLane lane, long nowNs) {
        if (nowNs - lane.waitingSinceNs() > noRoomNs) {
            lane.fail("disk is full for too long: waitedSeconds=" + noRoomNs / 1_000_000_000
                    + " (storage.full_disk_wait), detector=" + lane.detector());
        }
    }

    private void runUrgent() {
        for (@Nullable Runnable task = urgent.poll(); task != null; task = urgent.poll()) {
            guarded(task);
        }
    }

    /** This thread outlives every task: an error in one is logged with its stack, and the next goes on. */
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("task on hdf5-writer failed: {}", e.getMessage(), e);
        }
    }
}
