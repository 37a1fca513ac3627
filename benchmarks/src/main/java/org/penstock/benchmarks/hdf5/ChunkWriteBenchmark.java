package org.penstock.benchmarks.hdf5;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.nexus.FrameStorage;
import org.penstock.daemon.nexus.GroupNames;
import org.penstock.daemon.nexus.PartFile;
import org.penstock.protocol.ElementType;

/** One chunk into an open part file: the dataset grown by a frame, then H5DOwrite_chunk. On tmpfs, where a write is a copy into new pages. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-modules", "jdk.incubator.vector"})
public class ChunkWriteBenchmark {
    /** Begun anew at this length. */
    private static final long FILE_BYTES = 256L << 20;

    private static final int SIDE = 1024;

    /** Of a stored chunk; a few bytes show what the call itself takes. */
    @Param({"64", "290000"})
    private int storedBytes;

    @Param("/dev/shm")
    private String folder = "";

    private final Arena arena = Arena.ofConfined();
    private MemorySegment chunk = MemorySegment.NULL;
    private Path file = Path.of("");
    private @Nullable PartFile part;
    private long frames;

    /** Makes a chunk. */
    @Setup(Level.Trial)
    public void prepare() {
        chunk = arena.allocate(storedBytes, 64).fill((byte) 7);
    }

    /** Begins a file. */
    @Setup(Level.Iteration)
    public void open() throws IOException {
        file = Path.of(folder, "chunk-benchmark-" + ProcessHandle.current().pid() + ".h5");
        Files.deleteIfExists(file);
        DetectorDescription detector = new DetectorDescription(
                "detector",
                ElementType.U2,
                List.of(SIDE, SIDE),
                new FrameStorage(
                        1,
                        1 << 30,
                        ChunkCodec.of("bslz4").filterPipeline(Short.BYTES, (long) SIDE * SIDE * Short.BYTES)),
                GroupNames.of("BENCH", "detector"),
                Map.of());
        part = PartFile.create(file, detector, 0, OffsetDateTime.now(ZoneOffset.UTC));
        frames = 0;
    }

    /** Deletes it. */
    @TearDown(Level.Iteration)
    public void close() throws IOException {
        if (part != null) {
            part.close();
        }
        Files.deleteIfExists(file);
    }

    /** Gives the library up. */
    @TearDown(Level.Trial)
    public void release() {
        Hdf5Library.release();
        arena.close();
    }

    /** Writes a chunk. */
    @Benchmark
    public long write() throws IOException {
        PartFile open = part;
        if (open == null || frames * storedBytes > FILE_BYTES) {
            close();
            open();
            return 0;
        }
        return open.writeChunk(frames++, 1, 0, chunk, storedBytes);
    }
}
