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
import java.util.stream.Stream;

/**
 * {@code fallocate(2)}, {@code truncate(2)}, and {@code posix_fadvise(2)}. They return 0, or what {@code errno} says.
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

    // <fcntl.h>
    private static final int READ_ONLY = 0;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int DONT_NEED = 4;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_FIELD = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** {@code int fallocate(int fd, int mode, off_t offset, off_t len)}. */
    private static final MethodHandle FALLOCATE =
            bind("fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));

    /** {@code int truncate(const char *path, off_t length)}. */
    private static final MethodHandle TRUNCATE = bind("truncate", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    /** {@code int open(const char *path, int flags, ...)}: the mode that may follow is for files that are made. */
    private static final MethodHandle OPEN =
            bind("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(2));

    /** {@code int close(int fd)}. */
    private static final MethodHandle CLOSE = bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    /** {@code int posix_fadvise(int fd, off_t offset, off_t len, int advice)}: returns the error itself. */
    private static final MethodHandle FADVISE =
            bind("posix_fadvise", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

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

    /** Has the kernel forget the clean pages of a file: what is read next comes from the disk. */
    public static int dropCache(Path file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            int descriptor =
                    (int) OPEN.invokeExact(state, arena.allocateFrom(file.toString()), READ_ONLY | CLOSE_ON_EXEC);
            if (descriptor < 0) {
                return errno(state);
            }
            int error = (int) FADVISE.invokeExact(state, descriptor, 0L, 0L, DONT_NEED);
            int _ = (int) CLOSE.invokeExact(state, descriptor);
            return error;
        } catch (Throwable e) {
            throw new AssertionError("native call threw", e);
        }
    }

    private static int errno(MemorySegment state) {
        return (int) ERRNO_FIELD.get(state, 0L);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle bind(String name, FunctionDescriptor signature, Linker.Option... more) {
        Linker.Option[] options =
                Stream.concat(Stream.of(ERRNO), Stream.of(more)).toArray(Linker.Option[]::new);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), signature, options);
    }
}
