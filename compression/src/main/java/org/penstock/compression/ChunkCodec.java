package org.penstock.compression;

import java.util.List;

/**
 * A way to store chunks that every HDF5 reader with the right filter undoes.
 *
 * <p>Names, options in brackets may be left out from the right:
 *
 * <pre>
 * bslz4                                bitshuffle + LZ4, filter 32008
 * lz4                                  LZ4, filter 32004
 * zstd[:LEVEL]                         Zstandard, filter 32015, level 1 to 22 (3)
 * blosc[:COMPRESSOR[:SHUFFLE[:LEVEL]]] Blosc, filter 32001: lz4 lz4hc zstd blosclz; noshuffle shuffle bitshuffle; 1 to 9
 *                                      (lz4:shuffle:5)
 * gzip[:LEVEL[:SHUFFLE]]               HDF5's own filters 1 and 2: 1 to 9; noshuffle shuffle (4:noshuffle)
 * none                                 as they are
 * </pre>
 *
 * <p><b>Threading:</b> immutable; its encoders are confined.
 */
public sealed interface ChunkCodec permits BitshuffleLz4, Blosc, Gzip, Lz4, Uncompressed, Zstd {
    /** What can be asked for, for a message or a help text. */
    String NAMES = "bslz4 lz4 zstd[:LEVEL] blosc[:COMPRESSOR[:SHUFFLE[:LEVEL]]] gzip[:LEVEL[:SHUFFLE]] none";

    /** Returns the name in configuration and on the wire, with all options: {@code bslz4}, {@code zstd:3}. */
    String name();

    /**
     * Returns the filters of a dataset whose chunks this codec writes, in the order in which they are applied, with the
     * client data that the C filters' own {@code set_local} callbacks would have stored.
     *
     * @param elementBytes bytes of one element
     * @param chunkBytes bytes of a chunk before compression
     */
    List<FilterStage> filterPipeline(int elementBytes, long chunkBytes);

    /** Makes an encoder, for one thread. */
    ChunkEncoder newEncoder();

    /**
     * Finds the codec of a name, and the native code it needs.
     *
     * @throws CodecNameException when there is none; the message names the part that is wrong and lists what there is
     */
    static ChunkCodec of(String name) {
        CodecName parts = new CodecName(name);
        String family = parts.part();
        ChunkCodec codec = switch (family) {
            case BitshuffleLz4.NAME -> new BitshuffleLz4();
            case Lz4.NAME -> new Lz4();
            case Zstd.NAME -> Zstd.of(parts);
            case Blosc.NAME -> Blosc.of(parts);
            case Gzip.NAME -> Gzip.of(parts);
            case Uncompressed.NAME -> new Uncompressed();
            default -> throw parts.refused("family", family, "one of " + NAMES);
        };
        parts.end();
        try {
            codec.newEncoder().close();
        } catch (IllegalStateException e) {
            throw new CodecNameException(
                    "codec does not run here: codec=" + name + ", reason=" + e.getMessage(),
                    "a codec that runs here (" + e.getMessage() + ")",
                    e);
        }
        return codec;
    }
}
