/**
 * Bitshuffle + LZ4, block by block.
 *
 * <p>{@link org.penstock.compression.bitshuffle.BitshuffleEncoder} cuts a chunk into blocks of 8 KiB, and takes each
 * through scratch memory that stays in the first-level cache:
 *
 * <pre>
 * source (native) --splitBytes--> planes --splitBits--> rows --PlaneEncoder--> LZ4 block --copy--> target (native)
 * </pre>
 *
 * <p>n elements of b bytes become b planes of n bytes, one for each significance, and those 8b rows of n/8 bytes, one for
 * each bit, the least significant first. The eight rows of a plane without other bytes than 0 and 255 are the same: such planes
 * are not taken apart. {@link org.penstock.compression.bitshuffle.PlaneEncoder} writes an ordinary LZ4
 * block, but finds its matches from what it knows: rows are mostly runs, or equal the row below. {@link
 * org.penstock.compression.bitshuffle.MatchMap} holds both as bitmaps, {@link
 * org.penstock.compression.bitshuffle.Lz4Sequence} knows the format.
 *
 * <p>The loops that touch every byte are {@link org.penstock.compression.bitshuffle.Kernels}. They exist twice, scalar
 * and on the Vector API, with the same bytes as result. The decision and its figures are in {@code
 * src/docs/decisions/0003-bit-plane-lz4-encoder.md}.
 */
@NullMarked
package org.penstock.compression.bitshuffle;

import org.jspecify.annotations.NullMarked;
