package org.penstock.compression;

import java.lang.foreign.MemorySegment;

/**
 * Encodes chunks, one after the other, with scratch memory of its own.
 *
 * <p>The caller owns both buffers; neither is retained after the return. Once the scratch fits the chunks in use, a call
 * allocates nothing, but for what a library's own call may: less than a hundred bytes, or the result where a binding hands
 * out arrays.
 *
 * <p><b>Threading:</b> confined to one thread at a time; a compressor thread has its own.
 */
public interface ChunkEncoder extends AutoCloseable {
    /** What {@link #encode} returns when the chunk is to be stored raw. */
    long NOT_SMALLER = -1;

    /**
     * Encodes the first {@code sourceBytes} of {@code source} to the begin of {@code target}.
     *
     * <p>Never writes past the target's end. After {@link #NOT_SMALLER} the target's content is undefined, and the
     * caller stores the source as it is, with a filter-mask bit set for each stage of the codec's filter pipeline.
     *
     * @param source native memory, at least {@code sourceBytes} long, not overlapping the target
     * @param sourceBytes bytes of the chunk, a multiple of {@code elementBytes}
     * @param elementBytes bytes of one element
     * @param target native memory; {@code sourceBytes} of it are always enough
     * @return stored bytes, or {@link #NOT_SMALLER} when they would not be fewer than {@code sourceBytes} or do not fit
     *     the target
     * @throws IllegalArgumentException when the sizes do not go together
     */
    long encode(MemorySegment source, long sourceBytes, int elementBytes, MemorySegment target);

    /** Releases the scratch memory; encodes nothing afterwards. Closing again has no effect. */
    @Override
    void close();
}
