package org.penstock.daemon.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.PayloadEncoding;

/**
 * Encodes frames before they are sent, as a detector does that compresses by itself.
 *
 * <p><b>Threading:</b> confined to one sending thread.
 */
final class PayloadEncoder implements AutoCloseable {
    private final PayloadEncoding encoding;
    private final int elementBytes;
    private final ChunkEncoder encoder;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment frame;
    private final MemorySegment chunk;
    private final ByteBuffer payload;

    PayloadEncoder(ChunkCodec codec, ElementType type, long frameBytes) {
        encoding = encodingOf(codec);
        elementBytes = type.bytes();
        encoder = codec.newEncoder();
        frame = arena.allocate(frameBytes, Long.BYTES);
        chunk = arena.allocate(frameBytes, Long.BYTES);
        payload = chunk.asByteBuffer();
    }

    /**
     * Returns what payloads are that a codec makes.
     *
     * @throws IllegalArgumentException when a payload cannot be so encoded
     */
    static PayloadEncoding encodingOf(ChunkCodec codec) {
        return PayloadEncoding.of(codec.name().split(":", 2)[0]);
    }

    PayloadEncoding encoding() {
        return encoding;
    }

    /** Encodes a frame, from its position to its limit; returns null when that makes it no smaller: it is then sent raw. */
    @Nullable ByteBuffer encode(ByteBuffer pixels) {
        MemorySegment source = MemorySegment.ofBuffer(pixels);
        if (!source.isNative()) {
            source = frame.copyFrom(source);
        }
        long bytes = encoder.encode(source, frame.byteSize(), elementBytes, chunk);
        return bytes == ChunkEncoder.NOT_SMALLER ? null : payload.clear().limit((int) bytes);
    }

    @Override
    public void close() {
        encoder.close();
        arena.close();
    }
}
