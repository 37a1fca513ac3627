package org.penstock.compression;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.penstock.compression.ffi.BloscLibrary;

/**
 * Encodes a chunk as a whole into scratch memory, which has room for the worst case, and copies what came out.
 *
 * <p>The target is no longer than the chunk, and the C libraries promise a result only where the worst case fits: into less
 * they may fail although the result would have fitted. The copy costs little beside compressing.
 *
 * <p><b>Threading:</b> confined to one thread at a time.
 */
abstract class WholeChunkEncoder implements ChunkEncoder {
    /** {@code LZ4_MAX_INPUT_SIZE}; Blosc and the bindings of Zstandard end a little above. */
    private static final long MAX_CHUNK_BYTES = 0x7E00_0000;

    static {
        // before aircompressor's natives: the loader takes a library of the same soname for the one that libblosc
        // wants, and
        // its chunks would depend on who came first
        BloscLibrary.installed();
    }

    private MemorySegment scratch = MemorySegment.NULL;
    private boolean closed;

    /** Returns the room that the encoded chunk needs at most. */
    abstract long boundBytes(long sourceBytes);

    /**
     * Compresses a chunk.
     *
     * @param source exactly the chunk
     * @param output at least {@link #boundBytes}
     * @return bytes written, or {@link #NOT_SMALLER}
     */
    abstract long compress(MemorySegment source, int elementBytes, MemorySegment output);

    @Override
    public final long encode(MemorySegment source, long sourceBytes, int elementBytes, MemorySegment target) {
        ChunkSizes.check(source, sourceBytes, elementBytes);
        if (closed) {
            throw new IllegalStateException("encoder is closed");
        }
        if (sourceBytes > MAX_CHUNK_BYTES) {
            throw new IllegalArgumentException(
                    "chunk too large: sourceBytes=" + sourceBytes + ", expected=at most " + MAX_CHUNK_BYTES);
        }
        if (sourceBytes == 0) {
            return NOT_SMALLER;
        }
        grow(boundBytes(sourceBytes));
        MemorySegment chunk = source.byteSize() == sourceBytes ? source : source.asSlice(0, sourceBytes);
        long bytes = compress(chunk, elementBytes, scratch);
        if (bytes == NOT_SMALLER || bytes >= sourceBytes || bytes > target.byteSize()) {
            return NOT_SMALLER;
        }
        MemorySegment.copy(scratch, 0, target, 0, bytes);
        return bytes;
    }

    private void grow(long bytes) {
        if (scratch.byteSize() < bytes) {
            scratch = Arena.ofAuto().allocate(bytes, Long.BYTES);
        }
    }

    @Override
    public void close() {
        closed = true;
        scratch = MemorySegment.NULL;
    }
}
