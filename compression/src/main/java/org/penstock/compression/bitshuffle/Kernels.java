package org.penstock.compression.bitshuffle;

import java.lang.foreign.MemorySegment;

/**
 * The three inner loops of an encoder that touch every byte. Each implementation gives the same bytes.
 *
 * <p>They are small on purpose: a loop in which the compiler does not get every vector operation inlined runs ten times
 * slower.
 *
 * <p><b>Threading:</b> confined to its encoder's thread.
 */
interface Kernels {
    /**
     * Takes elements apart: byte {@code s} of element {@code i} goes to byte {@code s * elements + i}.
     *
     * @param planes takes {@code elements * elementBytes} bytes
     */
    void splitBytes(MemorySegment source, long sourceOffset, int elements, int elementBytes, byte[] planes);

    /**
     * Takes bytes apart: bit {@code k} of byte {@code i} of a plane goes to bit {@code i % 8} of byte {@code i / 8} of the
     * plane's row {@code k}.
     *
     * @param planes what {@link #splitBytes} left; may be overwritten
     * @param planeBytes bytes of a plane, a multiple of 8; its rows are an eighth of it
     * @param rows takes as many bytes as the planes have, from {@link MatchMap#MARGIN} on
     */
    void splitBits(byte[] planes, int planeBytes, int planeCount, byte[] rows);

    /**
     * Sets bit {@code i % 64} of word {@code i / 64} where byte {@code i} of a block equals byte {@code i - distance}.
     *
     * @param block the block from {@link MatchMap#MARGIN} on, and as much room behind it
     * @param firstWord {@code distance / 64} or more
     */
    void markEqual(byte[] block, int distance, int firstWord, int lastWord, long[] equal);
}
