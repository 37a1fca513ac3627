package org.penstock.daemon.ingest;

import org.jspecify.annotations.Nullable;
import org.penstock.daemon.ring.ChunkBuffer;

/**
 * Where the frame that a connection is receiving goes: a position in a chunk.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class FramePlace {
    private final Runnable whenLost;
    private @Nullable ChunkBuffer chunk;
    private int position;

    /** A place whose frame may be taken over: {@code whenLost} has the rest of the payload read over. */
    FramePlace(Runnable whenLost) {
        this.whenLost = whenLost;
    }

    void set(ChunkBuffer newChunk, int newPosition) {
        chunk = newChunk;
        position = newPosition;
    }

    /** Returns the chunk and leaves the place empty. */
    ChunkBuffer take() {
        ChunkBuffer taken = chunk();
        chunk = null;
        return taken;
    }

    /** Another connection brings the same frame anew. */
    void lose() {
        chunk = null;
        whenLost.run();
    }

    boolean isEmpty() {
        return chunk == null;
    }

    ChunkBuffer chunk() {
        if (chunk == null) {
            throw new IllegalStateException("no frame is being received");
        }
        return chunk;
    }

    int position() {
        return position;
    }

    /** Returns the offset of the frame in the chunk, in bytes. */
    int offset(long frameBytes) {
        return (int) (position * frameBytes);
    }
}
