package org.penstock.daemon.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.penstock.protocol.ElementType;

/**
 * Frames of one type and shape, by index.
 *
 * <p><b>Threading:</b> any thread, each with a scratch buffer of its own; closed when none reads any more.
 */
public interface FrameSource extends AutoCloseable {
    /** Returns what the frames come from, as messages name it. */
    String name();

    /** Returns what one element of a frame is. */
    ElementType type();

    /** Returns the shape of one frame, slowest dimension first; empty for counters. */
    List<Long> frameShape();

    /** Returns how many frames there are, at least 1. */
    long frames();

    /** Returns whether frames lie ready in memory (or a mapped file), so that {@link #frame} neither copies nor decodes. */
    boolean isReady();

    /**
     * Returns a frame from position to limit: little-endian elements, C order, direct memory.
     *
     * @param index from 0 to {@code frames() - 1}
     * @param scratch direct, at least {@link #frameBytes()} long; holds the frame if it has to be decoded, and then until it is used again
     * @throws IOException when the file cannot be read or decoded; the message names file and frame
     */
    ByteBuffer frame(long index, ByteBuffer scratch) throws IOException;

    /** Returns the bytes of one frame. */
    default long frameBytes() {
        long bytes = type().bytes();
        for (long extent : frameShape()) {
            bytes = Math.multiplyExact(bytes, extent);
        }
        return bytes;
    }

    @Override
    void close() throws IOException;
}
