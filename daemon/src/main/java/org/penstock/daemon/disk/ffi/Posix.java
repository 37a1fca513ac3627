package org.penstock.daemon.disk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * {@code fallocate(2)} and {@code truncate(2)}. Both return 0, or what {@code errno} said.
 *
 * <p><b>Threading:</b> any thread.
 */
// a downcall throws nothing, but its signature says Throwable
@SuppressWarnings("IllegalCatch")
public final class Posix {
    // <asm-generic/errno-base.h>, <asm-generic/errno.h>, Linux on every architecture but Alpha, MIPS, PA-RISC and SPARC
    public static final int EINTR = 4;
    public static final int ENOSPC = 28;
    public static final int EDQUOT = 122;

    /** {@code FALLOC_FL_KEEP_SIZE} of {@code <linux/falloc.h>}: the file does not look longer. */
    private static final int KEEP_SIZE = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_FIELD = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** {@code int fallocate(int fd, int mode, off_t offset, off_t len)}. */
    private static final MethodHandle FALLOCATE =
            bind("fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));

    /** {@code int truncate(const char *path, off_t length)}. */
    private static final MethodHandle TRUNCATE = bind("truncate", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    private Posix() {}

    /** Takes room for bytes {@code from} to {@code from + bytes} of an open file, without making it longer. */
    public static int reserve(int descriptor, long from, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            int status;
            do {
                status = (int) FALLOCATE.invokeExact(state, descriptor, KEEP_SIZE, from, bytes);
            } while (status != 0 && errno(state) == EINTR);
            return status == 0 ? 0 : errno(state);
        } catch (Throwable e) {
            throw new AssertionError("native call threw", e);
        }
    }

    /** Gives a file this length, and what was reserved behind it back. */
    public static int truncate(Path file, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            int status = (int) TRUNCATE.invokeExact(state, arena.allocateFrom(file.toString()), bytes);
            return status == 0 ? 0 : errno(state);
        } catch (Throwable e) {
            throw new AssertionError("native call threw", e);
        }
    }

    private static int errno(MemorySegment state) {
        return (int) ERRNO_FIELD.get(state, 0L);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind(String name, FunctionDescriptor signature) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), signature, ERRNO);
    }
}
