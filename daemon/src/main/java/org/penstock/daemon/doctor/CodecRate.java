package org.penstock.daemon.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;

/**
 * How fast this machine encodes: a frame of low counts, as a photon-counting detector sees it, on one core.
 *
 * <p><b>Threading:</b> confined to its owner.
 *
 * @param bytesPerSecond of uncompressed pixels, one core
 * @param ratio uncompressed to stored
 */
public record CodecRate(double bytesPerSecond, double ratio) {
    private static final int FRAME_BYTES = 4 << 20;
    private static final int ELEMENT_BYTES = 4;
    private static final long WARM_UP_NS = 1_000_000_000L;
    private static final long MEASURED_NS = 500_000_000L;

    /** Measures a codec for a second and a half. */
    public static CodecRate of(ChunkCodec codec) {
        try (Arena arena = Arena.ofConfined();
                ChunkEncoder encoder = codec.newEncoder()) {
            MemorySegment frame = frame(arena);
            MemorySegment target = arena.allocate(FRAME_BYTES, Long.BYTES);
            encodeFor(WARM_UP_NS, encoder, frame, target); // until the JIT has compiled it
            return encodeFor(MEASURED_NS, encoder, frame, target);
        }
    }

    private static CodecRate encodeFor(long ns, ChunkEncoder encoder, MemorySegment frame, MemorySegment target) {
        long startNs = System.nanoTime();
        long raw = 0;
        long stored = 0;
        long nowNs = startNs;
        while (nowNs - startNs < ns) {
            long bytes = encoder.encode(frame, FRAME_BYTES, ELEMENT_BYTES, target);
            raw += FRAME_BYTES;
            stored += bytes == ChunkEncoder.NOT_SMALLER ? FRAME_BYTES : bytes;
            nowNs = System.nanoTime();
        }
        return new CodecRate(raw / ((nowNs - startNs) / 1e9), (double) raw / stored);
    }

    /** One pixel in eight has counted something. */
    private static MemorySegment frame(Arena arena) {
        MemorySegment frame = arena.allocate(FRAME_BYTES, Long.BYTES);
        int seed = 1;
        for (long at = 0; at < FRAME_BYTES; at += ELEMENT_BYTES) {
            seed = seed * 1_664_525 + 1_013_904_223;
            int counts = (seed >>> 29) == 0 ? (seed >>> 26) & 7 : 0;
            frame.set(ValueLayout.JAVA_INT, at, counts);
        }
        return frame;
    }
}
