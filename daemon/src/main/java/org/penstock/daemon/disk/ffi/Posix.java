package org.penstock.daemon.disk.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.nio.file.Path;
import org.penstock.daemon.ffi.CFunction;

/**
 * {@code fallocate(2)}, {@code truncate(2)}, {@code sync_file_range(2)} and {@code posix_fadvise(2)}. They return 0, or what {@code errno} says.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class Posix {
    // <asm-generic/errno-base.h>, <asm-generic/errno.h>, Linux on every architecture but Alpha, MIPS, PA-RISC and SPARC
    public static final int ENOSPC = 28;
    public static final int EDQUOT = 122;

    /** {@code FALLOC_FL_KEEP_SIZE} of {@code <linux/falloc.h>}: the file does not look longer. */
    private static final int KEEP_SIZE = 1;

    // <fcntl.h>
    private static final int READ_ONLY = 0;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int DONT_NEED = 4;
    private static final int WAIT_BEFORE = 1;
    private static final int WRITE = 2;
    private static final int WAIT_AFTER = 4;

    /** {@code int fallocate(int fd, int mode, off_t offset, off_t len)}. */
    private static final CFunction FALLOCATE =
            CFunction.of("fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));

    /** {@code int truncate(const char *path, off_t length)}. */
    private static final CFunction TRUNCATE =
            CFunction.of("truncate", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

    /** {@code int open(const char *path, int flags, ...)}: the mode that may follow is for files that are made. */
    private static final CFunction OPEN =
            CFunction.of("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(2));

    /** {@code int close(int fd)}. */
    private static final CFunction CLOSE = CFunction.of("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    /** {@code int posix_fadvise(int fd, off_t offset, off_t len, int advice)}: returns the error itself. */
    private static final CFunction FADVISE =
            CFunction.of("posix_fadvise", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    /** {@code int sync_file_range(int fd, off64_t offset, off64_t nbytes, unsigned int flags)}. */
    private static final CFunction SYNC_FILE_RANGE =
            CFunction.of("sync_file_range", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

    private Posix() {}

    /** Takes room for bytes {@code from} to {@code from + bytes} of an open file, without making it longer. */
    public static int reserve(int descriptor, long from, long bytes) {
        return error(FALLOCATE.callThroughSignals(descriptor, KEEP_SIZE, from, bytes));
    }

    /** Gives a file this length, and what was reserved behind it back. */
    public static int truncate(Path file, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            return error(TRUNCATE.callThroughSignals(arena.allocateFrom(file.toString()), bytes));
        }
    }

    /** Opens a file to be read; returns its descriptor, or what {@code errno} says as a negative number. */
    public static int open(Path file) {
        try (Arena arena = Arena.ofConfined()) {
            CFunction.Answer opened =
                    OPEN.callThroughSignals(arena.allocateFrom(file.toString()), READ_ONLY | CLOSE_ON_EXEC);
            return opened.number() < 0 ? -opened.errno() : (int) opened.number();
        }
    }

    /** Closes a descriptor that {@link #open} returned. */
    public static void close(int descriptor) {
        CLOSE.call(descriptor);
    }

    /** Has the kernel begin to write these bytes of a file to the disk. */
    public static int startWriteback(int descriptor, long from, long bytes) {
        return error(SYNC_FILE_RANGE.callThroughSignals(descriptor, from, bytes, WRITE));
    }

    /** Has the kernel write these bytes of a file to the disk, and waits for it. No metadata goes with them. */
    public static int writeBack(int descriptor, long from, long bytes) {
        return error(SYNC_FILE_RANGE.callThroughSignals(descriptor, from, bytes, WAIT_BEFORE | WRITE | WAIT_AFTER));
    }

    /** Has the kernel forget the clean pages among these bytes of a file, 0 for all to its end: what is read next comes from the disk. */
    public static int dropCache(int descriptor, long from, long bytes) {
        return (int) FADVISE.call(descriptor, from, bytes, DONT_NEED).number();
    }

    /** Has the kernel forget the clean pages of a file. */
    public static int dropCache(Path file) {
        int descriptor = open(file);
        if (descriptor < 0) {
            return -descriptor;
        }
        int error = dropCache(descriptor, 0, 0);
        close(descriptor);
        return error;
    }

    private static int error(CFunction.Answer answer) {
        return answer.number() == 0 ? 0 : answer.errno();
    }
}
