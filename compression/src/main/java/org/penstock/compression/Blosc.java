package org.penstock.compression;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.penstock.compression.ffi.BloscLibrary;

/**
 * Blosc 1, as HDF5 filter 32001 reads it: shuffle and compress, block by block.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param compressor inside
 * @param shuffle before it
 * @param level 1 to 9, the higher the smaller and slower
 */
public record Blosc(Compressor compressor, Shuffle shuffle, int level) implements ChunkCodec {
    /** Registered id of the Blosc filter. */
    public static final int BLOSC_FILTER_ID = 32001;

    static final String NAME = "blosc";

    private static final int DEFAULT_LEVEL = 5;
    private static final int MAX_LEVEL = 9;

    private static final int FILTER_BLOSC_VERSION = 2;
    private static final int BLOSC_VERSION_FORMAT = 2;

    /** Larger elements are bytes to Blosc. */
    private static final int BLOSC_MAX_TYPESIZE = 255;

    private static final int BLOSC_MAX_OVERHEAD = 16;

    /** What Blosc compresses with. */
    public enum Compressor {
        LZ4(1),
        LZ4HC(2),
        ZSTD(5),
        BLOSCLZ(0);

        /** Blosc's own number, {@code BLOSC_LZ4}. */
        private final int code;

        Compressor(int code) {
            this.code = code;
        }
    }

    /** What Blosc does first. */
    public enum Shuffle {
        NOSHUFFLE(0),
        SHUFFLE(1),
        BITSHUFFLE(2);

        /** Blosc's own number, {@code BLOSC_SHUFFLE}. */
        private final int code;

        Shuffle(int code) {
            this.code = code;
        }
    }

    static Blosc of(CodecName parts) {
        return new Blosc(
                parts.choice("compressor", Compressor.LZ4),
                parts.choice("shuffle", Shuffle.SHUFFLE),
                parts.level(DEFAULT_LEVEL, MAX_LEVEL));
    }

    @Override
    public String name() {
        return NAME + ":" + CodecName.word(compressor) + ":" + CodecName.word(shuffle) + ":" + level;
    }

    @Override
    public List<FilterStage> filterPipeline(int elementBytes, long chunkBytes) {
        List<Integer> cdValues = List.of(
                FILTER_BLOSC_VERSION,
                BLOSC_VERSION_FORMAT,
                elementBytes > BLOSC_MAX_TYPESIZE ? 1 : elementBytes,
                (int) chunkBytes,
                level,
                shuffle.code,
                compressor.code);
        return List.of(new FilterStage(BLOSC_FILTER_ID, true, cdValues));
    }

    @Override
    public ChunkEncoder newEncoder() {
        return newEncoder(BloscLibrary.find());
    }

    ChunkEncoder newEncoder(BloscLibrary library) {
        return new Encoder(library.newCompressor(CodecName.word(compressor), shuffle.code, level));
    }

    private static final class Encoder extends WholeChunkEncoder {
        private final BloscLibrary.Compressor compressor;

        Encoder(BloscLibrary.Compressor compressor) {
            this.compressor = compressor;
        }

        @Override
        long boundBytes(long sourceBytes) {
            return sourceBytes + BLOSC_MAX_OVERHEAD;
        }

        @Override
        long compress(MemorySegment source, int elementBytes, MemorySegment output) {
            int bytes = compressor.compress(source, elementBytes, output);
            if (bytes <= 0) {
                throw new CompressionException("Blosc failed: sourceBytes=" + source.byteSize() + ", elementBytes="
                        + elementBytes + ", returned=" + bytes);
            }
            return bytes;
        }
    }
}
