package org.penstock.benchmarks.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
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
import org.penstock.daemon.journal.JournalKind;
import org.penstock.daemon.journal.JournalWriter;

/**
 * What a journal costs {@code hdf5-writer}: one chunk's entry, with its share of the zeros that make room. On tmpfs, where a write is a copy
 * and a system call.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class JournalAppendBenchmark {
    /** Begun anew at this length: as long as the journal of a part of many chunks. */
    private static final long JOURNAL_BYTES = 16 << 20;

    private static final byte[] DESCRIPTION = "{}".getBytes(StandardCharsets.UTF_8);

    @Param({"1", "100"})
    private int frames;

    @Param("/dev/shm")
    private String folder = "";

    private final BitSet present = new BitSet();
    private IntBuffer checksums = IntBuffer.allocate(0);
    private Path file = Path.of("");
    private @Nullable JournalWriter writer;
    private long chunk;

    /** Begins a journal. */
    @Setup(Level.Iteration)
    public void open() throws IOException {
        present.set(0, frames);
        checksums = ByteBuffer.allocateDirect(frames * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
        for (int i = 0; i < frames; i++) {
            checksums.put(i, i * 0x9e37_79b9);
        }
        file = Path.of(folder, "journal-benchmark-" + ProcessHandle.current().pid());
        writer = JournalWriter.create(file, JournalKind.PART, DESCRIPTION);
    }

    /** Deletes it. */
    @TearDown(Level.Iteration)
    public void close() throws IOException {
        if (writer != null) {
            writer.close();
        }
        Files.delete(file);
    }

    /** Appends a chunk's entry. */
    @Benchmark
    public long chunk() throws IOException {
        JournalWriter journal = writer;
        if (journal == null || journal.bytes() > JOURNAL_BYTES) {
            close();
            open();
            return 0;
        }
        journal.chunk(chunk * frames, present, checksums, chunk << 19, 1 << 19, 0, (int) chunk);
        return chunk++;
    }
}
