package org.penstock.daemon.simulation;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.penstock.daemon.source.FrameSource;
import org.penstock.protocol.ElementType;

/**
 * What a detector says of itself, and its frames, back to back in native memory.
 *
 * <p><b>Threading:</b> immutable; its memory is the {@link SimulatedBeamline}'s.
 *
 * @param name of the detector
 * @param type of an element
 * @param frameShape of one frame, slowest dimension first; empty for counters
 * @param rateHz frames per second
 * @param info NXdetector fields
 * @param pixels whole frames
 */
public record SimulatedDetector(
        String name,
        ElementType type,
        List<Long> frameShape,
        double rateHz,
        Map<String, Object> info,
        MemorySegment pixels)
        implements FrameSource {
    @Override
    public long frames() {
        return pixels.byteSize() / frameBytes();
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public ByteBuffer frame(long index, ByteBuffer scratch) {
        return pixels.asSlice(index * frameBytes(), frameBytes()).asByteBuffer();
    }

    /** Its memory goes with the beamline's. */
    @Override
    public void close() {}
}
