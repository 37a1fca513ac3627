package org.penstock.compression.bitshuffle;

/**
 * The two inner loops of an encoder: what turns the bits, and what finds the matches.
 *
 * @param transposer writes the bit rows
 * @param planes writes the LZ4 block
 */
record Kernels(BitTransposer transposer, PlaneEncoder planes) {
    static Kernels scalar() {
        return new Kernels(new ScalarTransposer(), new ScalarPlaneEncoder());
    }
}
