package org.penstock.daemon.ring.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Anonymous memory by {@code mmap(2)}. {@link Arena#allocate} would write zeroes through all of it first: 3 s for 2 GiB on a cold machine, which a
 * daemon that is to be ready at once cannot spend; the kernel gives zero pages as they are touched. Huge pages are asked for
 * ({@code madvise(2)}), since a frame of 16 MiB is 4096 small ones.
 *
 * <p><b>Threading:</b> any thread.
 */
// a downcall throws nothing, but its signature says Throwable
@SuppressWarnings("IllegalCatch")
public final class AnonymousMemory {
    // <sys/mman.h>, Linux on x86-64 and aarch64
    private static final int PROT_READ_WRITE = 0x1 | 0x2;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;
    private static final int MADV_HUGEPAGE = 14;
    private static final long MAP_FAILED = -1;

    private static final Linker LINKER = Linker.nativeLinker();

    /** {@code void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)}. */
    private static final MethodHandle MMAP = function(
            "mmap",
            FunctionDescriptor.of(
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG));

    /** {@code int munmap(void *addr, size_t length)}. */
    private static final MethodHandle MUNMAP =
            function("munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));

    /** {@code int madvise(void *addr, size_t length, int advice)}. */
    private static final MethodHandle MADVISE = function(
            "madvise",
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

    private AnonymousMemory() {}

    /**
     * Maps memory that is given back when the arena is closed.
     *
     * @throws OutOfMemoryError when the kernel refuses
     */
    @SuppressWarnings("restricted")
    public static MemorySegment map(Arena arena, long bytes) {
        MemorySegment memory =
                (MemorySegment) invoke(MMAP, MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        if (memory.address() == MAP_FAILED) {
            throw new OutOfMemoryError("slab not mapped: bytes=" + bytes + "; lower memory.slab_bytes");
        }
        MemorySegment segment = memory.reinterpret(bytes, arena, mapped -> invoke(MUNMAP, mapped, bytes));
        invoke(MADVISE, segment, bytes, MADV_HUGEPAGE); // advice: the memory is as good without
        return segment;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor signature) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), signature);
    }

    /** Off the way of a frame: three calls in the life of a daemon. */
    private static Object invoke(MethodHandle function, Object... arguments) {
        try {
            return function.invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (
                @SuppressWarnings("checkstyle:IllegalCatch")
                Throwable e) {
            throw new IllegalStateException("native call failed", e);
        }
    }
}
