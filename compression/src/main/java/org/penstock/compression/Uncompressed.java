package org.penstock.compression;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Chunks as they are: no filter, and an encoder that leaves every chunk to be stored raw.
 *
 * <p><b>Threading:</b> immutable.
 */
public record Uncompressed() implements ChunkCodec {
    static final String NAME = "none";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<FilterStage> filterPipeline(int elementBytes, long chunkBytes) {
        return List.of();
    }

    @Override
    public ChunkEncoder newEncoder() {
        return new Encoder();
    }

    private record Encoder() implements ChunkEncoder {
        @Override
        public long encode(MemorySegment source, long sourceBytes, int elementBytes, MemorySegment target) {
            ChunkSizes.check(source, sourceBytes, elementBytes);
            return NOT_SMALLER;
        }

        @Override
        public void close() {}
    }
}
