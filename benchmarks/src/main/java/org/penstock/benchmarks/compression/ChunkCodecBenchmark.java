package org.penstock.benchmarks.compression;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.penstock.benchmarks.SimulatedFrames;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;
import org.penstock.protocol.ElementType;

/**
 * One compressor thread: frames in memory to stored bytes in memory, bytes of pixels per second. On a machine that others use
 * too, divide {@code pixelBytes} by {@code cpuNs}: bytes per nanosecond of this thread's processor time.
 *
 * <p>Real frames: {@code -p dataSet=FILE:ELEMENT_BYTES:FRAME_BYTES}, a file of raw little-endian frames back to back. Other elements:
 * {@code -p dtype=u1,u2,u4,u8,f4,f8}, the same counts as those.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class ChunkCodecBenchmark {
    private static final String OWN = "own";
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @Param({"bslz4", "lz4", "blosc:lz4:bitshuffle:1", "zstd:1", "zstd:3", "blosc:zstd:bitshuffle:1", "gzip:1:shuffle"})
    private String codec = "";

    @Param({"e4m_u32", "m1_u16", "ccd_u16"})
    private String dataSet = "";

    /** Of elements, or {@value #OWN} for that of the data set. */
    @Param(OWN)
    private String dtype = OWN;

    private final Arena arena = Arena.ofAuto();
    private MemorySegment frames = MemorySegment.NULL;
    private MemorySegment target = MemorySegment.NULL;
    private ChunkEncoder encoder = ChunkCodec.of("none").newEncoder();
    private long frameBytes;
    private int elementBytes;
    private long offset;

    /** What a run adds up. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Throughput {
        /** Bytes of pixels encoded. */
        public long pixelBytes;

        /** Bytes that would be stored. */
        public long storedBytes;

        /** Processor time of the thread. */
        public long cpuNs;

        private long startNs;

        /** Begins an iteration. */
        @Setup(Level.Iteration)
        public void reset() {
            pixelBytes = 0;
            storedBytes = 0;
            startNs = THREADS.getCurrentThreadCpuTime();
        }

        void count(long pixels, long stored) {
            pixelBytes += pixels;
            storedBytes += stored;
            cpuNs = THREADS.getCurrentThreadCpuTime() - startNs;
        }
    }

    /** Makes or maps the frames. */
    @Setup
    public void open() throws IOException {
        if (dataSet.contains(":")) {
            map(dataSet.split(":", -1));
        } else {
            SimulatedFrames set = SimulatedFrames.of(dataSet);
            frames = set.generate(arena);
            frameBytes = set.frameBytes();
            elementBytes = set.elementBytes();
        }
        if (!dtype.equals(OWN)) {
            ElementType type = ElementType.of(dtype);
            frames = Recast.to(type, frames, elementBytes, arena);
            frameBytes = frameBytes / elementBytes * type.bytes();
            elementBytes = type.bytes();
        }
        target = arena.allocate(frameBytes, 4096);
        encoder = ChunkCodec.of(codec).newEncoder();
    }

    private void map(String[] fileElementFrame) throws IOException {
        try (FileChannel file = FileChannel.open(Path.of(fileElementFrame[0]), StandardOpenOption.READ)) {
            frames = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
        }
        elementBytes = Integer.parseInt(fileElementFrame[1]);
        frameBytes = Long.parseLong(fileElementFrame[2]);
    }

    /** Lets the encoder go. */
    @TearDown
    public void close() {
        encoder.close();
    }

    /** Encodes the next frame. */
    @Benchmark
    public long encode(Throughput throughput) {
        MemorySegment frame = frames.asSlice(offset, frameBytes);
        long stored = encoder.encode(frame, frameBytes, elementBytes, target);
        throughput.count(frameBytes, stored == ChunkEncoder.NOT_SMALLER ? frameBytes : stored);
        offset = offset + 2 * frameBytes <= frames.byteSize() ? offset + frameBytes : 0;
        return stored;
    }
}
