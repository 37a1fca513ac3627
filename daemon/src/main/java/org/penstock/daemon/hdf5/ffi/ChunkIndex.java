package org.penstock.daemon.hdf5.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Walks through the chunk index of a dataset, once.
 *
 * <p><b>Threading:</b> the thread that owns HDF5.
 */
// a downcall throws nothing, but its signature says Throwable
@SuppressWarnings("IllegalCatch")
public final class ChunkIndex {
    private static final MethodHandle ITERATE = LibHdf5.bind("H5Dchunk_iter", JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);

    /** Pointers as numbers: no object is made of them for each chunk. */
    private static final FunctionDescriptor CALLBACK =
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    /** Made once: what the JIT has made of it would go with it. */
    private static final MemorySegment ON_CHUNK = stub();

    private static final MemorySegment MEMORY = memory();

    /** Who is shown chunks now: HDF5 has one thread, and that walks through one index at a time. */
    private static @Nullable Visitor visiting;

    /** Takes one chunk after the other, in the order of the index. It must not throw: that would end the process. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * Notes one chunk.
         *
         * @param firstOffset its first coordinate along the first dimension, in elements
         */
        void visit(long firstOffset, int filterMask, long address, long bytes);
    }

    private ChunkIndex() {}

    /** {@code herr_t H5Dchunk_iter(hid_t dset, hid_t dxpl, H5D_chunk_iter_op_t cb, void *op_data)}. */
    public static int visit(long dataset, Visitor visitor) {
        visiting = visitor;
        try {
            return (int) ITERATE.invokeExact(dataset, 0L, ON_CHUNK, MemorySegment.NULL);
        } catch (Throwable e) {
            throw LibHdf5.unexpected(e);
        } finally {
            visiting = null;
        }
    }

    @SuppressWarnings("unused")
    private static int onChunk(long offset, int filterMask, long address, long bytes, long data) {
        Visitor visitor = visiting;
        if (visitor == null) {
            return -1;
        }
        visitor.visit(MEMORY.get(JAVA_LONG, offset), filterMask, address, bytes);
        return 0;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment memory() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment stub() {
        MethodType type = MethodType.methodType(int.class, long.class, int.class, long.class, long.class, long.class);
        try {
            MethodHandle onChunk = MethodHandles.lookup().findStatic(ChunkIndex.class, "onChunk", type);
            return Linker.nativeLinker().upcallStub(onChunk, CALLBACK, Arena.global());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("own method not found", e);
        }
    }
}
