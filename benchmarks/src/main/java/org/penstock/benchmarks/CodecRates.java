package org.penstock.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;
import org.penstock.daemon.cli.StandardOutput;

/**
 * Prints the rate and ratio of {@code bslz4} and of the yardstick, measured by turns on the same frames in memory: one
 * thread, no I/O, processor time, the best pass of each.
 *
 * <pre>
 * java -cp 'benchmarks/target/classes:benchmarks/target/lib/*' --add-modules jdk.incubator.vector \
 *     --enable-native-access=ALL-UNNAMED org.penstock.benchmarks.CodecRates [FILE...]
 * </pre>
 *
 * <p>Without files: the simulated sets. A file is any that {@code ./penstock send} takes.
 */
@StandardOutput
final class CodecRates {
    private static final int ROUNDS = 5;
    private static final Duration ROUND = Duration.ofSeconds(1);

    /** Frames below this are encoded several at a time, as the daemon does. */
    private static final long SMALL_FRAME_BYTES = 65536;

    private static final long CHUNK_BYTES = 1 << 20;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private CodecRates() {}

    /** Measures the named files, or the simulated sets. */
    public static void main(String[] files) throws IOException {
        System.out.println("data set                          yardstick          bslz4              times  ratio");
        Path folder = Files.createTempDirectory("codec-rates");
        Path raw = folder.resolve("frames.raw");
        try {
            for (SimulatedFrames set : files.length == 0 ? SimulatedFrames.USUAL : List.<SimulatedFrames>of()) {
                measure(FrameData.of(set, raw));
                Files.delete(raw);
            }
            for (String file : files) {
                measure(FrameData.of(file, raw));
                Files.delete(raw);
            }
        } finally {
            Files.deleteIfExists(raw);
            Files.delete(folder);
        }
    }

    private static void measure(FrameData data) throws IOException {
        try (Arena arena = Arena.ofConfined();
                ChunkEncoder encoder = ChunkCodec.of("bslz4").newEncoder()) {
            MemorySegment frames = arena.allocate(data.frames() * data.frameBytes(), 4096);
            frames.copyFrom(data.map(arena));
            long framesPerChunk = data.frameBytes() < SMALL_FRAME_BYTES
                    ? Math.clamp(CHUNK_BYTES / data.frameBytes(), 1, data.frames())
                    : 1;
            long chunkBytes = framesPerChunk * data.frameBytes();
            int elementBytes = data.type().bytes();
            MemorySegment target = arena.allocate(chunkBytes, 4096);
            double yardstickRate = 0;
            double yardstickRatio = 0;
            double rate = 0;
            double ratio = 0;
            for (int round = 0; round < ROUNDS; round++) {
                Yardstick.Result bslz4 = bestPass(frames, chunkBytes, elementBytes, target, encoder);
                rate = Math.max(rate, bslz4.megabytesPerSecond());
                ratio = bslz4.ratio();
                Optional<Yardstick.Result> yardstick = Yardstick.measure(frames, chunkBytes, elementBytes, ROUND);
                if (yardstick.isPresent()) {
                    yardstickRate = Math.max(yardstickRate, yardstick.get().megabytesPerSecond());
                    yardstickRatio = yardstick.get().ratio();
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-32s %6.0f MB/s %6.2f %6.0f MB/s %6.2f %6.2f %6.3f%n",
                    data.name(),
                    yardstickRate,
                    yardstickRatio,
                    rate,
                    ratio,
                    rate / yardstickRate,
                    ratio / yardstickRatio);
        }
    }

    private static Yardstick.Result bestPass(
            MemorySegment frames, long chunkBytes, int elementBytes, MemorySegment target, ChunkEncoder encoder) {
        long wholeChunksBytes = frames.byteSize() / chunkBytes * chunkBytes;
        long bestNs = Long.MAX_VALUE;
        long storedBytes;
        long startNs = System.nanoTime();
        do {
            storedBytes = 0;
            long passNs = THREADS.getCurrentThreadCpuTime();
            for (long offset = 0; offset < wholeChunksBytes; offset += chunkBytes) {
                long stored = encoder.encode(frames.asSlice(offset, chunkBytes), chunkBytes, elementBytes, target);
                storedBytes += stored == ChunkEncoder.NOT_SMALLER ? chunkBytes : stored;
            }
            bestNs = Math.min(bestNs, THREADS.getCurrentThreadCpuTime() - passNs);
        } while (System.nanoTime() - startNs < ROUND.toNanos());
        return new Yardstick.Result(wholeChunksBytes * 1e3 / bestNs, (double) wholeChunksBytes / storedBytes);
    }
}
