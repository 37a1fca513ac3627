package org.penstock.daemon.source;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * All frames of a source that has to decode them, decoded once into memory.
 *
 * <p><b>Threading:</b> any thread.
 */
final class KeptFrames {
    /** What is longer is decoded while it is sent. */
    static final long MAX_BYTES = 1L << 30;

    private KeptFrames() {}

    /** Decodes all frames and closes the source if they fit; returns it as it is if they do not or lie ready. */
    static FrameSource of(FrameSource source) throws IOException {
        long frameBytes = source.frameBytes();
        if (source.isReady() || source.frames() > MAX_BYTES / frameBytes) {
            return source;
        }
        try (source) {
            MemorySegment bytes = Arena.ofAuto().allocate(source.frames() * frameBytes);
            for (long frame = 0; frame < source.frames(); frame++) {
                ByteBuffer target = bytes.asSlice(frame * frameBytes, frameBytes)
                        .asByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN);
                source.frame(frame, target);
            }
            Layout.Frames split = new Layout.Frames(source.frames(), source.frameShape());
            return new PlacedFrames(source.name(), source.type(), false, split, bytes, frame -> frame * frameBytes);
        }
    }
}
