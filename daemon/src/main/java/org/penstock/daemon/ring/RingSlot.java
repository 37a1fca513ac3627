package org.penstock.daemon.ring;

import org.jspecify.annotations.Nullable;

/**
 * One entry of the ring: a chunk on its way, a frame settled without one, or a task that hdf5-writer runs in its turn (the end of a stream comes
 * after the stream's last chunk, because it travels the same way).
 *
 * <p><b>Threading:</b> written by who claimed the slot, read by who claimed it in turn; cleared by hdf5-writer.
 */
public final class RingSlot {
    private @Nullable ChunkBuffer chunk;
    private @Nullable Runnable task;
    private @Nullable StreamLane lane;
    private long frame;
    private Loss loss = Loss.SKIPPED;

    void carry(ChunkBuffer newChunk) {
        chunk = newChunk;
    }

    void carry(Runnable newTask) {
        task = newTask;
    }

    void carry(StreamLane newLane, Runnable newTask) {
        lane = newLane;
        task = newTask;
    }

    void carry(StreamLane newLane, long newFrame, Loss newLoss) {
        lane = newLane;
        frame = newFrame;
        loss = newLoss;
    }

    /** Returns the chunk, or null. */
    public @Nullable ChunkBuffer chunk() {
        return chunk;
    }

    /** Returns the task, or null. */
    public @Nullable Runnable task() {
        return task;
    }

    /** Returns the lane of a frame that is settled without a chunk, or of a task that belongs behind the lane's chunks; or null. */
    public @Nullable StreamLane lane() {
        return lane;
    }

    /** Returns the frame that is settled. */
    public long frame() {
        return frame;
    }

    /** Returns why it is settled. */
    public Loss loss() {
        return loss;
    }

    /** Forgets what the slot carried, so that the ring keeps no ended stream alive. */
    public void clear() {
        chunk = null;
        task = null;
        lane = null;
    }
}
