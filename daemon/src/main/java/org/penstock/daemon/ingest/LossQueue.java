package org.penstock.daemon.ingest;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;

/**
 * Frames lost behind the ring that one connection is still to be told of: the first with their reasons, and, of a client that does not listen, the others
 * as ranges, so that they take no memory.
 *
 * <p><b>Threading:</b> hdf5-writer adds, the connection's event loop takes. Losses are rare: one plain lock.
 */
final class LossQueue {
    static final int MOST_WITH_REASON = 1000;

    private final Queue<LostFrame> withReason = new ArrayDeque<>();
    private FrameSet others = new FrameSet();

    synchronized void add(LostFrame loss) {
        if (withReason.size() < MOST_WITH_REASON) {
            withReason.add(loss);
        } else {
            others.add(loss.frame());
        }
    }

    /** Takes the next that has a reason, or returns null. */
    synchronized @Nullable LostFrame poll() {
        return withReason.poll();
    }

    /** Takes those without a reason. */
    synchronized FrameSet takeOthers() {
        FrameSet taken = others;
        if (taken.count() > 0) {
            others = new FrameSet();
        }
        return taken;
    }
}
