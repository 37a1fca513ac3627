package org.penstock.compression;

import java.util.ArrayList;
import java.util.List;

/**
 * HDF5's own compression, filter 1 (a zlib stream), which every reader has; after its byte shuffle, filter 2, if asked for.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param level 1 to 9, the higher the smaller and slower
 * @param shuffle before it
 */
public record Gzip(int level, Shuffle shuffle) implements ChunkCodec {
    /** {@code H5Z_FILTER_DEFLATE}. */
    public static final int DEFLATE_FILTER_ID = 1;

    /** {@code H5Z_FILTER_SHUFFLE}. */
    public static final int SHUFFLE_FILTER_ID = 2;

    static final String NAME = "gzip";

    private static final int DEFAULT_LEVEL = 4;
    private static final int MAX_LEVEL = 9;

    /** Whether bytes are brought together by their significance first. */
    public enum Shuffle {
        NOSHUFFLE,
        SHUFFLE
    }

    static Gzip of(CodecName parts) {
        return new Gzip(parts.level(DEFAULT_LEVEL, MAX_LEVEL), parts.choice("shuffle", Shuffle.NOSHUFFLE));
    }

    @Override
    public String name() {
        return NAME + ":" + level + (shuffle == Shuffle.SHUFFLE ? ":" + CodecName.word(shuffle) : "");
    }

    @Override
    public List<FilterStage> filterPipeline(int elementBytes, long chunkBytes) {
        List<FilterStage> stages = new ArrayList<>();
        if (shuffle == Shuffle.SHUFFLE) {
            stages.add(new FilterStage(SHUFFLE_FILTER_ID, true, List.of(elementBytes)));
        }
        stages.add(new FilterStage(DEFLATE_FILTER_ID, true, List.of(level)));
        return stages;
    }

    @Override
    public ChunkEncoder newEncoder() {
        return new GzipEncoder(level, shuffle == Shuffle.SHUFFLE);
    }
}
