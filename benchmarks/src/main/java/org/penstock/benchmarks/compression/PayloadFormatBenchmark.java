package org.penstock.benchmarks.compression;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.penstock.benchmarks.SimulatedFrames;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;
import org.penstock.compression.PayloadFormat;

/** Checking a frame that arrives compressed: bytes of pixels it stands for, and stored bytes, per second. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class PayloadFormatBenchmark {
    @Param({"bslz4", "lz4", "zstd:1", "blosc:lz4:bitshuffle:1"})
    private String codec = "";

    @Param({"e4m_u32", "m1_u16", "ccd_u16"})
    private String dataSet = "";

    private PayloadFormat format = PayloadFormat.BSLZ4;
    private MemorySegment payload = MemorySegment.NULL;
    private long frameBytes;
    private int elementBytes;

    /** Encodes a frame. */
    @Setup
    public void encode() {
        SimulatedFrames set = SimulatedFrames.of(dataSet);
        frameBytes = set.frameBytes();
        elementBytes = set.elementBytes();
        format = PayloadFormat.of(codec.split(":", 2)[0]);
        try (Arena arena = Arena.ofConfined();
                ChunkEncoder encoder = ChunkCodec.of(codec).newEncoder()) {
            MemorySegment target = Arena.ofAuto().allocate(frameBytes, 4096);
            long bytes = encoder.encode(set.generate(arena), frameBytes, elementBytes, target);
            payload = target.asSlice(0, bytes);
        }
    }

    /** Checks the frame. */
    @Benchmark
    public void check(ChunkCodecBenchmark.Throughput throughput) {
        format.check(payload, payload.byteSize(), frameBytes, elementBytes);
        throughput.count(frameBytes, payload.byteSize());
    }
}
