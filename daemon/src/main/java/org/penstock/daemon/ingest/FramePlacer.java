package org.penstock.daemon.ingest;

import java.util.List;
import org.penstock.protocol.FrameRange;

/**
 * Finds places for the frames of a stream and hands full chunks to the ring.
 *
 * <p>Every frame that was {@link Outcome#PLACED} is either {@link #complete completed} or {@link #abandon abandoned}.
 */
sealed interface FramePlacer permits DirectPlacer, GatherPlacer {
    /** What became of a request for a place. */
    enum Outcome {
        /** The place is set. */
        PLACED,
        /** All buffers of the stream are in use; ask again when one came back. */
        NO_MEMORY,
        /** The frame's chunk was already handed on. */
        TOO_LATE
    }

    /** Finds the place of a stored frame. */
    Outcome place(long frame, FramePlace place);

    /** The frame has arrived whole, with the checksum that its sender took: its chunk is handed on if that made it full. */
    void complete(FramePlace place, int checksum, long nowNs);

    /** The frame did not arrive whole: its place is free again. */
    void abandon(FramePlace place);

    /** Hands on what is there, full or not: the stream ends. */
    void finish();

    /** Has what is there made safe, and hands nothing on that is not full: the stream goes on when the daemon is started again. */
    void suspend();

    /** Frames are to come again that were handed on before. */
    void takenBack(List<FrameRange> frames);
}
