/**
 * HDF5 chunk codecs over off-heap memory, usable without the rest of Penstock.
 *
 * <p>Start at {@link org.penstock.compression.ChunkCodec}: it names a codec, says which filter pipeline a dataset needs
 * so that every HDF5 reader undoes it, and makes the {@link org.penstock.compression.ChunkEncoder}s, one per compressor
 * thread. An encoder turns one chunk in native memory into the bytes that H5DOwrite_chunk stores; a chunk that does not
 * shrink is left to the caller, who stores it raw with the filter mask set.
 *
 * <p>The work is in {@code org.penstock.compression.bitshuffle}, which is not exported.
 */
@NullMarked
package org.penstock.compression;

import org.jspecify.annotations.NullMarked;
