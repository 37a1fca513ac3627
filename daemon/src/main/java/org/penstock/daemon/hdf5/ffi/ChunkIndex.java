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

/**
 * Walks through the chunk index of a dataset, once.
 *
 * <p><b>Threading:</b> the thread that owns HDF5.
 */
// a downcall throws nothing, but its signature says Throwable
@SuppressWarnings("IllegalCatch")
public final class ChunkIndex {
    private static final MethodHandle ITERATE = LibHdf5.bind("H5Dchunk_iter", JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
    private static final FunctionDescriptor CALLBACK =
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS);
    private static final MethodHandle VISIT = visit();

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
    @SuppressWarnings("restricted")
    public static int visit(long dataset, Visitor visitor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment callback = Linker.nativeLinker().upcallStub(VISIT.bindTo(visitor), CALLBACK, arena);
            return (int) ITERATE.invokeExact(dataset, 0L, callback, MemorySegment.NULL);
        } catch (Throwable e) {
            throw LibHdf5.unexpected(e);
        }
    }

    @SuppressWarnings({"restricted", "unused"})
    private static int onChunk(
            Visitor visitor, MemorySegment offset, int filterMask, long address, long bytes, MemorySegment data) {
        visitor.visit(offset.reinterpret(Long.BYTES).get(JAVA_LONG, 0), filterMask, address, bytes);
        return 0;
    }

    private static MethodHandle visit() {
        MethodType type = MethodType.methodType(
                int.class, Visitor.class, MemorySegment.class, int.class, long.class, long.class, MemorySegment.class);
        try {
            return MethodHandles.lookup().findStatic(ChunkIndex.class, "onChunk", type);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("own method not found", e);
        }
    }
}
