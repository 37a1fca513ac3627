package org.penstock.compression.ffi;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Blosc 1: the machine's {@code libblosc.so.1}, or else the one that the binding {@code blosc-java} brings along. Both give
 * the same bytes, but for Zstandard, of which each has its own version.
 *
 * <p><b>Threading:</b> immutable; its compressors are confined.
 */
public sealed interface BloscLibrary permits LibBlosc, BundledBlosc {
    /** Compresses chunks with one set of options. */
    @FunctionalInterface
    interface Compressor {
        /**
         * Compresses a chunk, on this thread alone.
         *
         * @param source exactly the chunk
         * @param output 16 bytes longer, at least
         * @return bytes written; 0 or less when Blosc failed
         */
        int compress(MemorySegment source, int elementBytes, MemorySegment output);
    }

    /**
     * Prepares for one set of options.
     *
     * @param name as Blosc names it
     * @param shuffle 0 none, 1 bytes, 2 bits
     */
    Compressor newCompressor(String name, int shuffle, int level);

    /**
     * Finds the library to use.
     *
     * @throws IllegalStateException when there is none
     */
    static BloscLibrary find() {
        return installed().orElseGet(BloscLibrary::bundled);
    }

    /** Returns the library of the machine (Debian: libblosc1); it is called without a copy of the chunk. */
    static Optional<BloscLibrary> installed() {
        return LibBlosc.isInstalled() ? Optional.of(new LibBlosc()) : Optional.empty();
    }

    /**
     * Returns the library of the binding.
     *
     * @throws IllegalStateException when it can not be loaded here
     */
    static BloscLibrary bundled() {
        return BundledBlosc.load();
    }
}
