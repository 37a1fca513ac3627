package org.penstock.compression;

import java.lang.foreign.MemorySegment;

/** What the sizes given to an encoder have to fulfil, whatever the codec. */
final class ChunkSizes {
    private ChunkSizes() {}

    static void check(MemorySegment source, long sourceBytes, int elementBytes) {
        if (elementBytes < 1) {
            throw new IllegalArgumentException(
                    "element too small: elementBytes=" + elementBytes + ", expected=1 or more");
        }
        if (sourceBytes < 0 || sourceBytes > source.byteSize()) {
            throw new IllegalArgumentException("chunk longer than its segment: sourceBytes=" + sourceBytes
                    + ", segmentBytes=" + source.byteSize());
        }
        if (sourceBytes % elementBytes != 0) {
            throw new IllegalArgumentException(
                    "chunk is not whole elements: sourceBytes=" + sourceBytes + ", elementBytes=" + elementBytes);
        }
    }
}
