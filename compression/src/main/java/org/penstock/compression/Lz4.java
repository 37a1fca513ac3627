package org.penstock.compression;

import io.airlift.compress.v3.lz4.Lz4NativeCompressor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * LZ4, as HDF5 filter 32004 reads it.
 *
 * <p>A chunk is
 *
 * <pre>
 * u64 BE  bytes of the chunk before compression
 * u32 BE  bytes of a block before compression
 * per block, the last one shorter:
 *   u32 BE  bytes of the LZ4 block; those of the block itself: it did not shrink, and follows as it is
 *   the LZ4 block
 * </pre>
 *
 * <p>The filter's blocks are 1 GiB, or the chunk when that is shorter.
 *
 * <p><b>Threading:</b> immutable.
 */
public record Lz4() implements ChunkCodec {
    /** Registered id of the LZ4 filter. */
    public static final int LZ4_FILTER_ID = 32004;

    static final String NAME = "lz4";

    /** In place of a block size: the default. */
    private static final int DEFAULT_BLOCK = 0;

    private static final int DEFAULT_BLOCK_BYTES = 1 << 30;
    private static final int CHUNK_HEADER_BYTES = 12;
    private static final int BLOCK_HEADER_BYTES = 4;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<FilterStage> filterPipeline(int elementBytes, long chunkBytes) {
        return List.of(new FilterStage(LZ4_FILTER_ID, true, List.of(DEFAULT_BLOCK)));
    }

    @Override
    public ChunkEncoder newEncoder() {
        return newEncoder(DEFAULT_BLOCK_BYTES);
    }

    /** Makes an encoder of smaller blocks. */
    static ChunkEncoder newEncoder(int blockBytes) {
        return new Encoder(new Lz4NativeCompressor(), blockBytes);
    }

    private static final class Encoder extends WholeChunkEncoder {
        private final Lz4NativeCompressor compressor;
        private final int mostBlockBytes;

        // nearly every chunk is one block: its room is not sliced off anew for each
        private MemorySegment wholeOutput = MemorySegment.NULL;
        private MemorySegment firstRoom = MemorySegment.NULL;

        Encoder(Lz4NativeCompressor compressor, int mostBlockBytes) {
            this.compressor = compressor;
            this.mostBlockBytes = mostBlockBytes;
        }

        @Override
        long boundBytes(long sourceBytes) {
            long blocks = (sourceBytes + mostBlockBytes - 1) / mostBlockBytes;
            // of the last block its LZ4 form may be longer than the block before it is found out and replaced
            int lastBound = compressor.maxCompressedLength((int) Math.min(sourceBytes, mostBlockBytes));
            return CHUNK_HEADER_BYTES + blocks * BLOCK_HEADER_BYTES + sourceBytes + lastBound;
        }

        @Override
        long compress(MemorySegment source, int elementBytes, MemorySegment output) {
            long sourceBytes = source.byteSize();
            int blockBytes = (int) Math.min(sourceBytes, mostBlockBytes);
            output.set(U64, 0, sourceBytes);
            output.set(U32, 8, blockBytes);
            long written = CHUNK_HEADER_BYTES;
            for (long read = 0; read < sourceBytes; read += blockBytes) {
                int bytes = (int) Math.min(blockBytes, sourceBytes - read);
                MemorySegment block = bytes == sourceBytes ? source : source.asSlice(read, bytes);
                int stored = compressor.compress(block, room(output, written + BLOCK_HEADER_BYTES));
                if (stored >= bytes) {
                    stored = bytes;
                    MemorySegment.copy(source, read, output, written + BLOCK_HEADER_BYTES, bytes);
                }
                output.set(U32, written, stored);
                written += BLOCK_HEADER_BYTES + stored;
            }
            return written;
        }

        private MemorySegment room(MemorySegment output, long at) {
            if (at != CHUNK_HEADER_BYTES + BLOCK_HEADER_BYTES) {
                return output.asSlice(at);
            }
            if (!wholeOutput.equals(output)) {
                wholeOutput = output;
                firstRoom = output.asSlice(at);
            }
            return firstRoom;
        }

        @Override
        public void close() {
            wholeOutput = MemorySegment.NULL;
            firstRoom = MemorySegment.NULL;
            super.close();
        }
    }
}
