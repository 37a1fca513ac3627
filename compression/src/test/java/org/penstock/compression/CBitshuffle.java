package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The C filter of the Debian packages as a judge: what it decodes is right. */
public final class CBitshuffle {
    public static final String MISSING = "libh5bshuf.so is not installed (Debian: hdf5-filter-plugin or bitshuffle)";

    private static final List<Path> LIBRARIES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/hdf5/serial/plugins/libh5bshuf.so"),
            Path.of("/usr/lib/aarch64-linux-gnu/hdf5/serial/plugins/libh5bshuf.so"));

    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int HEADER_BYTES = 12;

    private final MethodHandle decompress;
    private final MethodHandle compress;

    @SuppressWarnings("restricted") // a library of the machine, in tests only
    private CBitshuffle(Path library) {
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        FunctionDescriptor fiveArguments = FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG);
        decompress = Linker.nativeLinker().downcallHandle(symbols.findOrThrow("bshuf_decompress_lz4"), fiveArguments);
        compress = Linker.nativeLinker().downcallHandle(symbols.findOrThrow("bshuf_compress_lz4"), fiveArguments);
    }

    public static Optional<CBitshuffle> find() {
        return LIBRARIES.stream().filter(Files::exists).findFirst().map(CBitshuffle::new);
    }

    /** Decodes a stored chunk as the filter does: header, then {@code bshuf_decompress_lz4}. */
    public byte[] decode(MemorySegment stored, long storedBytes, int elementBytes) {
        long bytes = stored.get(U64, 0);
        long blockElements = stored.get(U32, 8) / elementBytes;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment decoded = arena.allocate(Math.max(bytes, 1), 64);
            long consumed = call(
                    decompress,
                    stored.asSlice(HEADER_BYTES),
                    decoded,
                    bytes / elementBytes,
                    elementBytes,
                    blockElements);
            assertThat(consumed).as("bytes that the C decoder took").isEqualTo(storedBytes - HEADER_BYTES);
            return decoded.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Returns the bytes that the C filter would store, header included. */
    public long storedBytes(byte[] chunk, int elementBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate(chunk.length, 64);
            MemorySegment.copy(chunk, 0, source, ValueLayout.JAVA_BYTE, 0, chunk.length);
            MemorySegment target = arena.allocate(chunk.length * 2L + 65536, 64);
            return HEADER_BYTES + call(compress, source, target, chunk.length / elementBytes, elementBytes, 0);
        }
    }

    @SuppressWarnings("checkstyle:IllegalCatch") // a method handle declares Throwable; a downcall throws none
    private static long call(
            MethodHandle function, MemorySegment in, MemorySegment out, long elements, long elementBytes, long block) {
        try {
            return (long) function.invokeExact(in, out, elements, elementBytes, block);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
