package org.penstock.daemon.ring;

import java.lang.foreign.Arena;
import java.util.BitSet;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.frame.ChunkForm;
import org.penstock.daemon.frame.ChunkOutcome;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.protocol.Checksum;

/** Streams for tests, without files and without anybody who listens. */
public final class Lanes {
    private static final ChunkStore STORE = new ChunkStore() {
        @Override
        public ChunkOutcome store(ChunkBuffer chunk) {
            return ChunkOutcome.STORED;
        }

        @Override
        public ChunkOutcome keep(ChunkBuffer chunk, BitSet positions) {
            return ChunkOutcome.STORED;
        }

        @Override
        public void lost(long frame, Loss loss) {}
    };

    private Lanes() {}

    /** Returns a stream of at most 1000 frames with so many chunk buffers. */
    public static StreamLane of(FrameGeometry geometry, int buffers) {
        ChunkForm form = ChunkForm.raw(ChunkCodec.of("none"));
        long bytes = ChunkRoom.of(form, geometry).bytes() * buffers;
        return new StreamLane(new StreamLane.Parts(
                "stream",
                "detector",
                geometry,
                form,
                Checksum.Kind.NONE,
                1000,
                false,
                new StreamLane.Memory(Arena.ofAuto().allocate(bytes, 4096), buffers),
                STORE,
                LaneListener.NONE));
    }
}
