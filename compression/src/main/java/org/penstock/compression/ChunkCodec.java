package org.penstock.compression;

import java.util.List;

/**
 * A way to store chunks that every HDF5 reader with the right filter undoes.
 *
 * <p><b>Threading:</b> immutable; its encoders are confined.
 */
public sealed interface ChunkCodec permits BitshuffleLz4, Uncompressed {
    /** Returns the name in configuration and on the wire: {@code bslz4}, {@code none}. */
    String name();

    /**
     * Returns the filters of a dataset whose chunks this codec writes, in the order in which they are applied.
     *
     * @param elementBytes bytes of one element
     */
    List<FilterStage> filterPipeline(int elementBytes);

    /** Makes an encoder, for one thread. */
    ChunkEncoder newEncoder();

    /**
     * Finds the codec of a name.
     *
     * @throws IllegalArgumentException when there is none; the message lists what there is
     */
    static ChunkCodec of(String name) {
        return switch (name) {
            case BitshuffleLz4.NAME -> new BitshuffleLz4();
            case Uncompressed.NAME -> new Uncompressed();
            default ->
                throw new IllegalArgumentException("unknown compression: actual=" + name + ", expected=one of "
                        + BitshuffleLz4.NAME + " " + Uncompressed.NAME);
        };
    }
}
