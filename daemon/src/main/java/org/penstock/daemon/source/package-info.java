/**
 * Files that frames come from, for {@code penstock send} and for tests: whatever the format, a {@link
 * org.penstock.daemon.source.FrameSource} gives frame after frame as little-endian bytes in C order, as the wire wants them.
 *
 * <p>{@link org.penstock.daemon.source.FrameFiles} looks at what a file is, not at its name, and opens it: {@code NpyFile} and
 * {@code EdfFile} find type, shape and place of the frames in the file's bytes, raw files are told them, and {@code Hdf5Dataset} reads
 * through jHDF. What can stay where it is, is mapped and never copied; big-endian data and HDF5 chunks are decoded, once, if they fit into
 * memory.
 *
 * <p>Of an array the first axis is the frame: {@code (frames, y, x)} are images, {@code (frames, channels)} spectra,
 * {@code (frames,)} counters. Who has a single image in an array says how many dimensions a frame has.
 */
@NullMarked
package org.penstock.daemon.source;

import org.jspecify.annotations.NullMarked;
