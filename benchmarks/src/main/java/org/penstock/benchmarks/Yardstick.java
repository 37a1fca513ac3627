package org.penstock.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The rate of the C function {@code bshuf_compress_lz4} that Debian ships. Rates are quoted as multiples of it, measured
 * in the same run, so that figures of different machines can be compared.
 *
 * <p><b>Threading:</b> any thread; each measurement runs on the caller's.
 */
public final class Yardstick {
    private static final List<Path> LIBRARIES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/hdf5/serial/plugins/libh5bshuf.so"),
            Path.of("/usr/lib/aarch64-linux-gnu/hdf5/serial/plugins/libh5bshuf.so"));

    /** What the HDF5 filter puts before what the function writes. */
    private static final int CHUNK_HEADER_BYTES = 12;

    private static final long DEFAULT_BLOCK = 0;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final MethodHandle compress;
    private final MemorySegment frames;
    private final long frameBytes;
    private final long elementBytes;
    private final MemorySegment target;

    @SuppressWarnings("restricted") // the machine's own library, asked for by path
    private Yardstick(Path library, MemorySegment frames, long frameBytes, int elementBytes, Arena arena) {
        compress = Linker.nativeLinker()
                .downcallHandle(
                        SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow("bshuf_compress_lz4"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG));
        this.frames = frames;
        this.frameBytes = frameBytes;
        this.elementBytes = elementBytes;
        this.target = arena.allocate(2 * frameBytes + 65536, 64);
    }

    /**
     * What was measured.
     *
     * @param megabytesPerSecond 10<sup>6</sup> bytes of pixels per second of the thread's processor time, so that other
     *     load on the machine counts little: one thread, no I/O, the best pass
     * @param ratio bytes of pixels per stored byte
     */
    public record Result(double megabytesPerSecond, double ratio) {}

    /**
     * Compresses all frames, again and again, until the budget is used up; at least once.
     *
     * @param frames native memory, whole frames back to back
     * @return empty where the library is not installed (Debian packages bitshuffle, hdf5-filter-plugin)
     */
    public static Optional<Result> measure(MemorySegment frames, long frameBytes, int elementBytes, Duration budget) {
        Optional<Path> library = LIBRARIES.stream().filter(Files::exists).findFirst();
        if (library.isEmpty()) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofConfined()) {
            Yardstick yardstick = new Yardstick(library.get(), frames, frameBytes, elementBytes, arena);
            return Optional.of(yardstick.bestPass(budget));
        }
    }

    private Result bestPass(Duration budget) {
        long wholeFramesBytes = frames.byteSize() / frameBytes * frameBytes;
        long bestNs = Long.MAX_VALUE;
        long storedBytes;
        long startNs = System.nanoTime();
        do {
            long passNs = THREADS.getCurrentThreadCpuTime();
            storedBytes = pass(wholeFramesBytes);
            bestNs = Math.min(bestNs, THREADS.getCurrentThreadCpuTime() - passNs);
        } while (System.nanoTime() - startNs < budget.toNanos());
        return new Result(wholeFramesBytes * 1e3 / bestNs, (double) wholeFramesBytes / storedBytes);
    }

    private long pass(long wholeFramesBytes) {
        long storedBytes = 0;
        for (long offset = 0; offset < wholeFramesBytes; offset += frameBytes) {
            storedBytes += CHUNK_HEADER_BYTES + compress(frames.asSlice(offset, frameBytes));
        }
        return storedBytes;
    }

    @SuppressWarnings("checkstyle:IllegalCatch") // a method handle declares Throwable; a downcall throws none
    private long compress(MemorySegment frame) {
        try {
            return (long) compress.invokeExact(frame, target, frameBytes / elementBytes, elementBytes, DEFAULT_BLOCK);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("bshuf_compress_lz4 could not be called", e);
        }
    }
}
