package org.penstock.benchmarks.compression;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;

/** Vectors stay in registers, whatever the JIT makes of the order in which methods become hot. */
class BoxedVectorsTest {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int CHUNKS = 50;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(40);

    /** A slice of memory and its like; a single boxed vector for each 64 bytes would be more than the chunk has. */
    private static final long MOST_BYTES_PER_CHUNK = 1024;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void shouldTakeNoHeapWhereTheJitDoesNotInlineWhatItHasCompiled(int elementBytes) throws Exception {

        assertThat(outputOf("-XX:InlineSmallCode=100", elementBytes)).endsWith("vectors stay in registers\n");
    }

    private static String outputOf(String flag, int elementBytes) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules=jdk.incubator.vector",
                        flag,
                        "-cp",
                        System.getProperty("java.class.path"),
                        BoxedVectorsTest.class.getName(),
                        String.valueOf(elementBytes))
                .redirectErrorStream(true)
                .start();
        try {
            return new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            child.destroyForcibly();
        }
    }

    /** Encodes until fifty chunks in a row took no heap worth naming; gives up after a while, which says how much they took. */
    public static void main(String[] elementBytes) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long endNs = System.nanoTime() + PATIENCE_NS;
        try (Arena arena = Arena.ofConfined();
                ChunkEncoder encoder = ChunkCodec.of("bslz4").newEncoder()) {
            MemorySegment chunk = counts(arena);
            MemorySegment target = arena.allocate(CHUNK_BYTES);
            long bytes = Long.MAX_VALUE;
            while (bytes > MOST_BYTES_PER_CHUNK && System.nanoTime() < endNs) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < CHUNKS; i++) {
                    encoder.encode(chunk, CHUNK_BYTES, Integer.parseInt(elementBytes[0]), target);
                }
                bytes = (threads.getCurrentThreadAllocatedBytes() - before) / CHUNKS;
            }
            System.out.println(
                    bytes > MOST_BYTES_PER_CHUNK ? "bytes of heap a chunk: " + bytes : "vectors stay in registers");
        }
    }

    /** Half of the bytes zero, so that planes are of all kinds. */
    private static MemorySegment counts(Arena arena) {
        MemorySegment chunk = arena.allocate(CHUNK_BYTES, 64);
        Random random = new Random(1);
        for (int i = 0; i < CHUNK_BYTES; i += 2) {
            chunk.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(8));
        }
        return chunk;
    }
}
