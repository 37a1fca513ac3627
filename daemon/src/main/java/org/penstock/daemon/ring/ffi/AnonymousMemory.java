package org.penstock.daemon.ring.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.penstock.daemon.ffi.CFunction;

/**
 * Anonymous memory by {@code mmap(2)}. {@link Arena#allocate} would write zeroes through all of it first: 3 s for 2 GiB on a cold machine, which a
 * daemon that is to be ready at once cannot spend; the kernel gives zero pages as they are touched. Huge pages are asked for
 * ({@code madvise(2)}), since a frame of 16 MiB is 4096 small ones.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class AnonymousMemory {
    // <sys/mman.h>, Linux on x86-64 and aarch64
    private static final int PROT_READ_WRITE = 0x1 | 0x2;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x02 | 0x20;
    private static final int MADV_HUGEPAGE = 14;
    private static final long MAP_FAILED = -1;

    /** {@code void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)}. */
    private static final CFunction MMAP = CFunction.of(
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
    private static final CFunction MUNMAP = CFunction.of(
            "munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));

    /** {@code int madvise(void *addr, size_t length, int advice)}. */
    private static final CFunction MADVISE = CFunction.of(
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
        MemorySegment memory = MMAP.call(MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L)
                .address();
        if (memory.address() == MAP_FAILED) {
            throw new OutOfMemoryError("slab not mapped: bytes=" + bytes + "; lower memory.slab_bytes");
        }
        MemorySegment segment = memory.reinterpret(bytes, arena, mapped -> MUNMAP.call(mapped, bytes));
        MADVISE.call(segment, bytes, MADV_HUGEPAGE); // advice: the memory is as good without
        return segment;
    }
}
