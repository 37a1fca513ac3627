/**
 * Bitshuffle + LZ4, block by block.
 *
 * <p>{@link org.penstock.compression.bitshuffle.BitshuffleEncoder} cuts a chunk into blocks of 8 KiB, and for each does
 * two things in scratch memory that stays in the first-level cache:
 *
 * <pre>
 * source (native) --BitTransposer--> bit rows (byte[]) --PlaneEncoder--> LZ4 block (byte[]) --copy--> target (native)
 * </pre>
 *
 * <p>A {@link org.penstock.compression.bitshuffle.BitTransposer} turns n elements of b bytes into 8b rows of n/8 bytes,
 * one row per bit, the least significant first. A {@link org.penstock.compression.bitshuffle.PlaneEncoder} writes an
 * ordinary LZ4 block, but finds its matches from what it knows: rows are mostly runs, or equal the row below. Each of
 * the two exists twice, scalar and on the Vector API, with the same bytes as result; {@link
 * org.penstock.compression.bitshuffle.Kernels} chooses.
 */
@NullMarked
package org.penstock.compression.bitshuffle;

import org.jspecify.annotations.NullMarked;
