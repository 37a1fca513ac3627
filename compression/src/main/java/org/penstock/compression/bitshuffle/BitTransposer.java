package org.penstock.compression.bitshuffle;

import java.lang.foreign.MemorySegment;

/**
 * Transposes the bits of a block: n elements of b bytes become 8b rows of n/8 bytes.
 *
 * <p>Bit {@code i % 8} of byte {@code i / 8} in row {@code 8 * s + k} is bit {@code k} of byte {@code s} of element
 * {@code i}.
 *
 * <p><b>Threading:</b> confined to its encoder's thread.
 */
interface BitTransposer {
    /**
     * Transposes {@code elements} elements that begin at {@code sourceOffset}.
     *
     * @param elements a multiple of 8
     * @param rows takes {@code elements * elementBytes} bytes
     */
    void transpose(MemorySegment source, long sourceOffset, int elements, int elementBytes, byte[] rows);
}
