package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** The C LZ4 library as a judge of single blocks. */
public final class CLz4 {
    public static final String MISSING = "liblz4.so.1 is not installed (Debian: liblz4-1)";

    private final MethodHandle decompressSafe;

    @SuppressWarnings("restricted") // a library of the machine, in tests only
    private CLz4() {
        SymbolLookup symbols = SymbolLookup.libraryLookup("liblz4.so.1", Arena.global());
        decompressSafe = Linker.nativeLinker()
                .downcallHandle(
                        symbols.findOrThrow("LZ4_decompress_safe"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT));
    }

    public static Optional<CLz4> find() {
        try {
            return Optional.of(new CLz4());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Decodes a block into exactly {@code blockBytes}, as the bitshuffle filter does. */
    @SuppressWarnings("checkstyle:IllegalCatch") // a method handle declares Throwable; a downcall throws none
    public byte[] decode(byte[] lz4, int lz4Bytes, int blockBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(lz4Bytes);
            MemorySegment.copy(lz4, 0, in, ValueLayout.JAVA_BYTE, 0, lz4Bytes);
            MemorySegment out = arena.allocate(blockBytes);
            int decoded = (int) decompressSafe.invokeExact(in, out, lz4Bytes, blockBytes);
            assertThat(decoded).as("bytes that LZ4_decompress_safe made").isEqualTo(blockBytes);
            return out.toArray(ValueLayout.JAVA_BYTE);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
