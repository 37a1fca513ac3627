package org.penstock.compression;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** The C library of Zstandard as a judge, used as filter 32015 uses it. Debian has no plugin of that filter. */
public final class CZstd {
    public static final String MISSING = "libzstd.so.1 is not installed (Debian: libzstd1)";

    private final MethodHandle contentSize;
    private final MethodHandle decompress;

    @SuppressWarnings("restricted") // a library of the machine, in tests only
    private CZstd() {
        SymbolLookup symbols = SymbolLookup.libraryLookup("libzstd.so.1", Arena.global());
        contentSize = Linker.nativeLinker()
                .downcallHandle(
                        symbols.findOrThrow("ZSTD_getFrameContentSize"),
                        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        decompress = Linker.nativeLinker()
                .downcallHandle(
                        symbols.findOrThrow("ZSTD_decompress"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG));
    }

    public static Optional<CZstd> find() {
        try {
            return Optional.of(new CZstd());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** Decodes a frame as the filter does: the frame says how much memory it needs. Empty when it is refused. */
    @SuppressWarnings("checkstyle:IllegalCatch") // a method handle declares Throwable; a downcall throws none
    public Optional<byte[]> decode(byte[] frame, int mostBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(Math.max(frame.length, 1));
            MemorySegment.copy(frame, 0, in, ValueLayout.JAVA_BYTE, 0, frame.length);
            long bytes = (long) contentSize.invokeExact(in, (long) frame.length);
            if (bytes < 0 || bytes > mostBytes) {
                return Optional.empty();
            }
            MemorySegment out = arena.allocate(Math.max(bytes, 1));
            long decoded = (long) decompress.invokeExact(out, bytes, in, (long) frame.length);
            return decoded == bytes
                    ? Optional.of(out.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE))
                    : Optional.empty();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
