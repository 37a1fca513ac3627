/**
 * HDF5 chunk codecs over off-heap memory, usable without the rest of Penstock.
 *
 * <p>Start at {@link org.penstock.compression.ChunkCodec}: it names a codec, says which filter pipeline a dataset needs
 * so that every HDF5 reader undoes it, and makes the {@link org.penstock.compression.ChunkEncoder}s, one per compressor
 * thread. An encoder turns one chunk in native memory into the bytes that H5DOwrite_chunk stores; a chunk that does not
 * shrink is left to the caller, who stores it raw with the filter mask set.
 *
 * <p>Chunks that arrive compressed are stored as they are, after {@link org.penstock.compression.PayloadFormat} has gone through
 * them.
 *
 * <p>The work is in {@code org.penstock.compression.bitshuffle}, which is not exported, and in native libraries; those that no
 * binding calls are in {@code org.penstock.compression.ffi}.
 */
@NullMarked
package org.penstock.compression;

import org.jspecify.annotations.NullMarked;
