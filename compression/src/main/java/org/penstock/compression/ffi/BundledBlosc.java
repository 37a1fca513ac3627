package org.penstock.compression.ffi;

import com.scalableminds.bloscjava.Blosc;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/**
 * The Blosc inside the binding {@code blosc-java}. It takes and gives arrays: the chunk is copied in, and each result is an
 * array of its own.
 *
 * <p><b>Threading:</b> immutable.
 */
record BundledBlosc() implements BloscLibrary {
    /** {@code blocksize}: what Blosc takes for the level. */
    private static final int AUTOMATIC = 0;

    private static final int ONE_THREAD = 1;

    static BundledBlosc load() {
        try {
            Blosc.compress(new byte[1], 1);
            return new BundledBlosc();
        } catch (LinkageError | RuntimeException e) {
            throw new IllegalStateException(
                    "libblosc.so.1 is not installed (Debian: libblosc1) and the bundled one does not load: " + e, e);
        }
    }

    @Override
    public Compressor newCompressor(String name, int shuffle, int level) {
        return new Call(Blosc.Compressor.valueOf(name.toUpperCase(Locale.ROOT)), Blosc.Shuffle.fromInt(shuffle), level);
    }

    private static final class Call implements Compressor {
        private final Blosc.Compressor compressor;
        private final Blosc.Shuffle shuffle;
        private final int level;
        private byte[] chunk = new byte[0];

        Call(Blosc.Compressor compressor, Blosc.Shuffle shuffle, int level) {
            this.compressor = compressor;
            this.shuffle = shuffle;
            this.level = level;
        }

        @Override
        public int compress(MemorySegment source, int elementBytes, MemorySegment output) {
            // the binding takes the array's length for the chunk's
            if (chunk.length != source.byteSize()) {
                chunk = new byte[(int) source.byteSize()];
            }
            MemorySegment.copy(source, ValueLayout.JAVA_BYTE, 0, chunk, 0, chunk.length);
            byte[] compressed = Blosc.compress(chunk, elementBytes, compressor, level, shuffle, AUTOMATIC, ONE_THREAD);
            MemorySegment.copy(compressed, 0, output, ValueLayout.JAVA_BYTE, 0, compressed.length);
            return compressed.length;
        }
    }
}
