package org.penstock.compression;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.penstock.compression.bitshuffle.BitshuffleEncoder;

/**
 * Bitshuffle + LZ4, as HDF5 filter 32008 reads it.
 *
 * <p>A chunk is
 *
 * <pre>
 * u64 BE  bytes of the chunk before compression
 * u32 BE  bytes of a block before compression
 * per block:
 *   u32 BE  bytes of the LZ4 block
 *   the LZ4 block of the bit-transposed elements
 * up to 7 elements as they are: what is left of the chunk modulo 8 elements
 * </pre>
 *
 * <p>A block is 8192 bytes, rounded down to whole groups of 8 elements and at least 128 elements; the last one is
 * shorter.
 *
 * <p><b>Threading:</b> immutable.
 */
public record BitshuffleLz4() implements ChunkCodec {
    /** Registered id of the bitshuffle filter. */
    public static final int BITSHUFFLE_FILTER_ID = 32008;

    static final String NAME = "bslz4";

    /** The filter's version, which its set_local callback stores first. */
    private static final int BSHUF_VERSION_MAJOR = 0;

    private static final int BSHUF_VERSION_MINOR = 3;

    /** In place of a block size: the default. */
    private static final int DEFAULT_BLOCK = 0;

    private static final int BSHUF_H5_COMPRESS_LZ4 = 2;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<FilterStage> filterPipeline(int elementBytes, long chunkBytes) {
        List<Integer> cdValues =
                List.of(BSHUF_VERSION_MAJOR, BSHUF_VERSION_MINOR, elementBytes, DEFAULT_BLOCK, BSHUF_H5_COMPRESS_LZ4);
        return List.of(new FilterStage(BITSHUFFLE_FILTER_ID, true, cdValues));
    }

    @Override
    public ChunkEncoder newEncoder() {
        return new Encoder(BitshuffleEncoder.fastest());
    }

    private record Encoder(BitshuffleEncoder blocks) implements ChunkEncoder {
        @Override
        public long encode(MemorySegment source, long sourceBytes, int elementBytes, MemorySegment target) {
            ChunkSizes.check(source, sourceBytes, elementBytes);
            return blocks.encode(source, sourceBytes, elementBytes, target);
        }

        @Override
        public void close() {
            blocks.close();
        }
    }
}
