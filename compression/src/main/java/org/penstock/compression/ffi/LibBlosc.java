package org.penstock.compression.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * {@code libblosc.so.1} of the machine.
 *
 * <p><b>Threading:</b> immutable; the function called keeps no state between calls.
 */
@SuppressWarnings("restricted") // the machine's own library
record LibBlosc() implements BloscLibrary {
    private static final Optional<MemorySegment> FUNCTION = find();

    /** {@code blocksize}: what Blosc takes for the level. */
    private static final long AUTOMATIC = 0;

    private static final int ONE_THREAD = 1;

    static boolean isInstalled() {
        return FUNCTION.isPresent();
    }

    private static Optional<MemorySegment> find() {
        try {
            return SymbolLookup.libraryLookup("libblosc.so.1", Arena.global()).find("blosc_compress_ctx");
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    @Override
    public Compressor newCompressor(String name, int shuffle, int level) {
        return new Call(Arena.ofAuto().allocateFrom(name), shuffle, level);
    }

    private record Call(MemorySegment name, int shuffle, int level) implements Compressor {
        // bound where it is used first: not where there is no library
        private static final MethodHandle COMPRESS = Linker.nativeLinker()
                .downcallHandle(
                        FUNCTION.orElseThrow(),
                        FunctionDescriptor.of(
                                JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG,
                                ADDRESS, JAVA_LONG, JAVA_INT));

        /**
         * {@code int blosc_compress_ctx(int clevel, int doshuffle, size_t typesize, size_t nbytes, const void *src, void *dest,
         * size_t destsize, const char *compressor, size_t blocksize, int numinternalthreads)}.
         */
        @Override
        @SuppressWarnings("IllegalCatch") // a downcall throws nothing, but its signature says Throwable
        public int compress(MemorySegment source, int elementBytes, MemorySegment output) {
            try {
                return (int) COMPRESS.invokeExact(
                        level,
                        shuffle,
                        (long) elementBytes,
                        source.byteSize(),
                        source,
                        output,
                        output.byteSize(),
                        name,
                        AUTOMATIC,
                        ONE_THREAD);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("blosc_compress_ctx could not be called", e);
            }
        }
    }
}
