package org.penstock.compression;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** An HDF5 filter plugin of the Debian packages as a judge, called as HDF5 calls it: it has malloc'ed memory and may replace it. */
@SuppressWarnings("restricted") // a library of the machine, in tests only
public final class CFilter {
    public static final String MISSING =
            "no HDF5 filter plugins (Debian: hdf5-filter-plugin, hdf5-filter-plugin-blosc-serial, bitshuffle)";

    private static final List<Path> FOLDERS = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/hdf5/serial/plugins"),
            Path.of("/usr/lib/aarch64-linux-gnu/hdf5/serial/plugins"));

    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle MALLOC = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("malloc"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("free"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private static final int H5Z_FLAG_REVERSE = 0x0100;

    /** Where {@code H5Z_class2_t} has its function pointer. */
    private static final long FILTER_OFFSET = 40;

    private final MethodHandle filter;

    static {
        // a filter that fails tells the HDF5 library, which would then have much to close when the JVM ends
        try {
            MethodHandle dontClose = LINKER.downcallHandle(
                    SymbolLookup.libraryLookup("libhdf5_serial.so.103", Arena.global())
                            .findOrThrow("H5dont_atexit"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT));
            call(dontClose);
        } catch (IllegalArgumentException _) {
            // another version: noise at the end
        }
    }

    private CFilter(Path library) {
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        MethodHandle pluginInfo = LINKER.downcallHandle(
                symbols.findOrThrow("H5PLget_plugin_info"), FunctionDescriptor.of(ValueLayout.ADDRESS));
        MemorySegment filterClass = ((MemorySegment) call(pluginInfo)).reinterpret(FILTER_OFFSET + 8);
        filter = LINKER.downcallHandle(
                filterClass.get(ValueLayout.ADDRESS, FILTER_OFFSET),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS));
    }

    /** Finds a plugin by its file name. */
    public static Optional<CFilter> find(String plugin) {
        return FOLDERS.stream()
                .map(folder -> folder.resolve(plugin))
                .filter(Files::exists)
                .findFirst()
                .map(CFilter::new);
    }

    /** Decodes a stored chunk; empty when the filter refuses it. */
    public Optional<byte[]> decode(byte[] stored, FilterStage stage) {
        return run(H5Z_FLAG_REVERSE, stored, stage);
    }

    /** Encodes a chunk; empty when the filter gives up. */
    public Optional<byte[]> encode(byte[] chunk, FilterStage stage) {
        return run(0, chunk, stage);
    }

    private Optional<byte[]> run(int flags, byte[] input, FilterStage stage) {
        try (Arena arena = Arena.ofConfined()) {
            int[] values = stage.cdValues().stream().mapToInt(Integer::intValue).toArray();
            MemorySegment cdValues = arena.allocateFrom(ValueLayout.JAVA_INT, values);
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_LONG, input.length);
            MemorySegment memory =
                    ((MemorySegment) call(MALLOC, Math.max(input.length, 1L))).reinterpret(Math.max(input.length, 1L));
            MemorySegment.copy(input, 0, memory, ValueLayout.JAVA_BYTE, 0, input.length);
            MemorySegment pointer = arena.allocateFrom(ValueLayout.ADDRESS, memory);
            long length =
                    (long) call(filter, flags, (long) values.length, cdValues, (long) input.length, bytes, pointer);
            MemorySegment result = pointer.get(ValueLayout.ADDRESS, 0);
            try {
                return length == 0
                        ? Optional.empty()
                        : Optional.of(result.reinterpret(length).toArray(ValueLayout.JAVA_BYTE));
            } finally {
                call(FREE, result);
            }
        }
    }

    @SuppressWarnings("checkstyle:IllegalCatch") // a method handle declares Throwable; a downcall throws none
    private static Object call(MethodHandle function, Object... arguments) {
        try {
            // nothing is what free() returns
            return Objects.requireNonNullElse(function.invokeWithArguments(arguments), "nothing");
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
