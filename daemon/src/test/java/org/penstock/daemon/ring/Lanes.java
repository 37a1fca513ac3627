package org.penstock.daemon.ring;

import java.lang.foreign.Arena;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.frame.FrameGeometry;

/** Streams for tests, without files and without anybody who listens. */
public final class Lanes {
    private static final LaneListener DEAF = new LaneListener() {
        @Override
        public void onProgress() {}

        @Override
        public void onTooLate(long frame) {}

        @Override
        public void onFailure(String message) {}
    };

    private Lanes() {}

    /** Returns a stream of at most 1000 frames with so many chunk buffers. */
    public static StreamLane of(FrameGeometry geometry, int buffers) {
        return new StreamLane(new StreamLane.Parts(
                "stream",
                "detector",
                geometry,
                ChunkCodec.of("none"),
                1000,
                Arena.ofAuto().allocate(BufferPool.bytes(geometry, buffers), 4096),
                buffers,
                _ -> true,
                DEAF));
    }
}
