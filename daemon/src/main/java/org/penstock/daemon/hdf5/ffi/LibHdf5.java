package org.penstock.daemon.hdf5.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.hdf5.hdf5_java;
import org.bytedeco.javacpp.Loader;

/**
 * The functions of libhdf5 and libhdf5_hl that {@code hdf.hdf5lib.H5} does not offer, from the very library files that
 * it uses, so that ids are interchangeable. Every method keeps the C name and returns what C returns.
 *
 * <p><b>Threading:</b> the class loads on any thread; the calls belong to the thread that owns HDF5.
 */
// a downcall throws nothing, but its signature says Throwable
@SuppressWarnings("IllegalCatch")
public final class LibHdf5 {
    private static final String BINDING_PROPERTY = "hdf.hdf5lib.H5.hdf5lib";

    private static final Path LIBRARIES = extract();
    private static final SymbolLookup HIGH_LEVEL = open("libhdf5_hl.so.310");
    private static final SymbolLookup HDF5 = open("libhdf5.so.310");

    private static final MethodHandle WRITE_CHUNK =
            bind(HIGH_LEVEL, "H5DOwrite_chunk", JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS);
    private static final MethodHandle READ_CHUNK =
            bind(HDF5, "H5Dread_chunk", JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle CHUNK_SIZE = bind(HDF5, "H5Dget_chunk_storage_size", JAVA_LONG, ADDRESS, ADDRESS);
    private static final MethodHandle CHUNK_INFO =
            bind(HDF5, "H5Dget_chunk_info_by_coord", JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle WRITE_DATASET =
            bind(HDF5, "H5Dwrite", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
    private static final MethodHandle WRITE_ATTRIBUTE = bind(HDF5, "H5Awrite", JAVA_LONG, JAVA_LONG, ADDRESS);
    private static final MethodHandle FILE_HANDLE = bind(HDF5, "H5Fget_vfd_handle", JAVA_LONG, JAVA_LONG, ADDRESS);

    private LibHdf5() {}

    /** Extracts and loads the native libraries, and tells the Java binding which files to use. */
    public static void load() {
        // the work is done by the class initialiser
    }

    /** {@code herr_t H5DOwrite_chunk(hid_t dset, hid_t dxpl, uint32_t filters, const hsize_t *offset, size_t size, const void *buf)}. */
    public static int writeChunk(long dataset, int filterMask, MemorySegment offset, long bytes, MemorySegment data) {
        try {
            return (int) WRITE_CHUNK.invokeExact(dataset, 0L, filterMask, offset, bytes, data);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** {@code herr_t H5Dread_chunk(hid_t dset, hid_t dxpl, const hsize_t *offset, uint32_t *filters, void *buf)}. */
    public static int readChunk(long dataset, MemorySegment offset, MemorySegment filterMask, MemorySegment data) {
        try {
            return (int) READ_CHUNK.invokeExact(dataset, 0L, offset, filterMask, data);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@code herr_t H5Dget_chunk_info_by_coord(hid_t dset, const hsize_t *offset, unsigned *mask, haddr_t *addr, hsize_t *size)}.
     */
    public static int chunkInfo(
            long dataset, MemorySegment offset, MemorySegment mask, MemorySegment address, MemorySegment size) {
        try {
            return (int) CHUNK_INFO.invokeExact(dataset, offset, mask, address, size);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** {@code herr_t H5Dget_chunk_storage_size(hid_t dset, const hsize_t *offset, hsize_t *bytes)}. */
    public static int chunkStorageSize(long dataset, MemorySegment offset, MemorySegment bytes) {
        try {
            return (int) CHUNK_SIZE.invokeExact(dataset, offset, bytes);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** {@code herr_t H5Dwrite(hid_t dset, hid_t mem_type, hid_t mem_space, hid_t file_space, hid_t dxpl, const void *buf)} of everything. */
    public static int writeDataset(long dataset, long memoryType, MemorySegment data) {
        try {
            return (int) WRITE_DATASET.invokeExact(dataset, memoryType, 0L, 0L, 0L, data);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** {@code herr_t H5Awrite(hid_t attr, hid_t mem_type, const void *buf)}. */
    public static int writeAttribute(long attribute, long memoryType, MemorySegment data) {
        try {
            return (int) WRITE_ATTRIBUTE.invokeExact(attribute, memoryType, data);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Returns the descriptor of an open file (its sec2 driver keeps one {@code int}), or -1.
     *
     * <p>{@code herr_t H5Fget_vfd_handle(hid_t file, hid_t fapl, void **handle)}
     */
    @SuppressWarnings("restricted")
    public static int fileDescriptor(long file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ADDRESS);
            if ((int) FILE_HANDLE.invokeExact(file, 0L, handle) < 0) {
                return -1;
            }
            return handle.get(ADDRESS, 0).reinterpret(JAVA_INT.byteSize()).get(JAVA_INT, 0);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static Path extract() {
        Path library = Path.of(Loader.load(hdf5_java.class));
        try {
            // JavaCPP's cache holds links to the real files; the binding wants a path that exists
            Path folder = library.toRealPath().getParent();
            if (folder == null) {
                throw new IllegalStateException("native library outside any folder: file=" + library);
            }
            System.setProperty(
                    BINDING_PROPERTY, folder.resolve("libhdf5_java.so").toString());
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException("native library not found after extraction: file=" + library, e);
        }
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup open(String name) {
        return SymbolLookup.libraryLookup(LIBRARIES.resolve(name), Arena.global());
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind(SymbolLookup library, String name, ValueLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    static MethodHandle bind(String name, ValueLayout... arguments) {
        return bind(HDF5, name, arguments);
    }

    static Optional<MemorySegment> find(String name) {
        return HDF5.find(name);
    }

    /** Throws what Java itself threw around a call, as it is: a downcall throws nothing, but its signature says Throwable. */
    static IllegalStateException unexpected(Throwable thrown) {
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        return new IllegalStateException("native call failed", thrown);
    }
}
