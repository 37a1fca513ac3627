package org.penstock.daemon.ingest;

import java.util.List;
import org.penstock.daemon.ring.ChunkBuffer;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.protocol.FrameRange;

/**
 * One frame is one chunk: each frame gets a buffer of its own.
 *
 * <p><b>Threading:</b> any event loop.
 */
final class DirectPlacer implements FramePlacer {
    private final StreamLane lane;
    private final FrameRing ring;

    DirectPlacer(StreamLane lane, FrameRing ring) {
        this.lane = lane;
        this.ring = ring;
    }

    @Override
    public Outcome place(long frame, FramePlace place) {
        ChunkBuffer chunk = lane.pool().tryAcquire();
        if (chunk == null) {
            return Outcome.NO_MEMORY;
        }
        chunk.begin(frame);
        place.set(chunk, 0);
        return Outcome.PLACED;
    }

    @Override
    public void complete(FramePlace place, int checksum, long nowNs) {
        ChunkBuffer chunk = place.take();
        chunk.arrived(0, checksum, nowNs);
        ring.publish(chunk);
    }

    @Override
    public void abandon(FramePlace place) {
        lane.pool().release(place.take());
    }

    @Override
    public void finish() {
        // each frame was handed on when it was complete
    }

    @Override
    public void suspend() {
        // as above
    }

    @Override
    public void takenBack(List<FrameRange> frames) {
        // a frame that comes again gets a buffer like any other
    }
}
