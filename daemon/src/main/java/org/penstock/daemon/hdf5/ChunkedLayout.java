package org.penstock.daemon.hdf5;

import java.util.List;
import org.penstock.compression.FilterStage;
import org.penstock.protocol.ElementType;

/**
 * What a {@link ChunkedDataset} looks like: frames of one shape along an unlimited first dimension, k frames a chunk.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param frameShape extent of one frame, slowest first; empty for a counter
 * @param chunkFrames frames in one chunk
 * @param filters the pipeline, in the order of writing
 * @param fillBits the bits of the value that readers see where nothing was written (the low {@code type.bytes()} bytes)
 */
public record ChunkedLayout(
        ElementType type, List<Integer> frameShape, int chunkFrames, List<FilterStage> filters, long fillBits) {
    public ChunkedLayout {
        frameShape = List.copyOf(frameShape);
        filters = List.copyOf(filters);
        if (chunkFrames < 1) {
            throw new IllegalArgumentException("chunk without frames: chunkFrames=" + chunkFrames + ", expected=>=1");
        }
        for (int extent : frameShape) {
            if (extent < 1) {
                throw new IllegalArgumentException("frame without elements: frameShape=" + frameShape);
            }
        }
    }

    /** Returns the uncompressed bytes of one chunk. */
    public long chunkBytes() {
        long bytes = (long) chunkFrames * type.bytes();
        for (int extent : frameShape) {
            bytes = Math.multiplyExact(bytes, extent);
        }
        return bytes;
    }

    /** Returns {@code first} followed by the frame's extents. */
    long[] shape(long first) {
        return shape(first, frameShape);
    }

    static long[] shape(long first, List<Integer> frameShape) {
        long[] dims = new long[frameShape.size() + 1];
        dims[0] = first;
        for (int i = 0; i < frameShape.size(); i++) {
            dims[i + 1] = frameShape.get(i);
        }
        return dims;
    }
}
