package org.penstock.daemon.pipeline;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.BooleanSupplier;
import org.penstock.compression.BitshuffleLz4;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;
import org.penstock.compression.PayloadFormat;

/**
 * Encodes made-up chunks, and checks them as if they had arrived so, until the JIT has compiled the codec: interpreted vector code is some hundred times slower, and the first frames of
 * the first scan would wait for it. Ends at once when there is work; the other codecs are native code and need none.
 *
 * <p><b>Threading:</b> confined to one compressor.
 */
final class WarmUp {
    private static final int CHUNK_BYTES = 128 * 1024;

    /** Enough for the second compiler; 60 ms once it has compiled. */
    private static final int ROUNDS = 600;

    private static final int[] ELEMENT_BYTES = {4, 2, 1, 8};

    private WarmUp() {}

    static void run(ChunkCodec codec, BooleanSupplier hasWork) {
        if (!(codec instanceof BitshuffleLz4)) {
            return;
        }
        try (Arena arena = Arena.ofConfined();
                ChunkEncoder encoder = codec.newEncoder()) {
            MemorySegment source = counts(arena);
            MemorySegment target = arena.allocate(CHUNK_BYTES);
            for (int round = 0; round < ROUNDS; round++) {
                for (int elementBytes : ELEMENT_BYTES) {
                    if (hasWork.getAsBoolean()) {
                        return;
                    }
                    long bytes = encoder.encode(source, CHUNK_BYTES, elementBytes, target);
                    PayloadFormat.BSLZ4.check(target, bytes, CHUNK_BYTES, elementBytes);
                }
            }
        }
    }

    /** Bytes as a counting detector makes them: low counts, most of the higher bytes zero. */
    private static MemorySegment counts(Arena arena) {
        MemorySegment source = arena.allocate(CHUNK_BYTES, Long.BYTES);
        for (int at = 0; at < CHUNK_BYTES; at += 4) {
            source.set(ValueLayout.JAVA_BYTE, at, (byte) ((at * 0x9E3779B9) >>> 29));
        }
        return source;
    }
}
