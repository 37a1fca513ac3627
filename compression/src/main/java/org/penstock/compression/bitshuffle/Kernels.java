package org.penstock.compression.bitshuffle;

import java.lang.foreign.MemorySegment;

/**
 * The inner loops of an encoder that touch every byte. Each implementation gives the same bytes.
 *
 * <p>They are small on purpose: a loop in which the compiler does not get every vector operation inlined runs ten times
 * slower.
 *
 * <p><b>Threading:</b> confined to its encoder's thread.
 */
interface Kernels {
    /** Planes of whole times this may be taken for flat: their rows are whole words of {@link MatchMap}. */
    int FLAT_BYTES = 512;

    /**
     * Takes elements apart: byte {@code s} of element {@code i} goes to byte {@code s * elements + i}.
     *
     * @param planes takes {@code elements * elementBytes} bytes
     */
    void splitBytes(MemorySegment source, long sourceOffset, int elements, int elementBytes, byte[] planes);

    /** Returns whether a plane has no bytes but 0 and 255: then its eight rows are the same. */
    boolean isFlat(byte[] planes, int plane, int planeBytes);

    /**
     * Takes the bytes of a plane apart: bit {@code k} of byte {@code i} goes to bit {@code i % 8} of byte {@code i / 8} of row
     * {@code k}.
     *
     * @param planes what {@link #splitBytes} left; may be overwritten
     * @param plane where the plane begins, and its rows, counted from {@link MatchMap#MARGIN}
     * @param planeBytes bytes of the plane, a multiple of 8; its rows are an eighth of it
     */
    void splitBits(byte[] planes, int plane, int planeBytes, byte[] rows);

    /** Does what {@link #splitBits} does, for a flat plane of whole times {@link #FLAT_BYTES}. */
    void splitFlat(byte[] planes, int plane, int planeBytes, byte[] rows);

    /**
     * Sets bit {@code i % 64} of word {@code i / 64} where byte {@code i} of a block equals byte {@code i - distance}.
     *
     * @param block the block from {@link MatchMap#MARGIN} on, and as much room behind it
     * @param firstWord {@code distance / 64} or more
     */
    void markEqual(byte[] block, int distance, int firstWord, int lastWord, long[] equal);
}
