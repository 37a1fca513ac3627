package org.penstock.compression;

import io.airlift.compress.v3.zstd.ZstdNativeCompressor;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Zstandard, as HDF5 filter 32015 reads it: one frame that says its content's size.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param level 1 to 22, the higher the smaller and slower
 */
public record Zstd(int level) implements ChunkCodec {
    /** Registered id of the Zstandard filter. */
    public static final int ZSTD_FILTER_ID = 32015;

    static final String NAME = "zstd";

    private static final int DEFAULT_LEVEL = 3;
    private static final int MAX_LEVEL = 22;

    static Zstd of(CodecName parts) {
        return new Zstd(parts.level(DEFAULT_LEVEL, MAX_LEVEL));
    }

    @Override
    public String name() {
        return NAME + ":" + level;
    }

    @Override
    public List<FilterStage> filterPipeline(int elementBytes, long chunkBytes) {
        return List.of(new FilterStage(ZSTD_FILTER_ID, true, List.of(level)));
    }

    @Override
    public ChunkEncoder newEncoder() {
        return new Encoder(new ZstdNativeCompressor(level));
    }

    private static final class Encoder extends WholeChunkEncoder {
        private final ZstdNativeCompressor compressor;

        Encoder(ZstdNativeCompressor compressor) {
            this.compressor = compressor;
        }

        @Override
        long boundBytes(long sourceBytes) {
            return compressor.maxCompressedLength((int) sourceBytes);
        }

        @Override
        long compress(MemorySegment source, int elementBytes, MemorySegment output) {
            return compressor.compress(source, output);
        }
    }
}
