package org.penstock.daemon.it;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.ChunkEncoder;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.PayloadEncoding;

/**
 * Test frames as a detector sends them that compresses by itself: what a stream's {@code encoding} and {@code codec} say.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class TestEncoder implements AutoCloseable {
    private final TestFrames frames;
    private final PayloadEncoding encoding;
    private final ChunkEncoder encoder;

    /** A frame as it is sent. */
    public record Payload(PayloadEncoding encoding, ByteBuffer bytes, int rawBytes) {
        byte[] copy() {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(bytes.position(), copy);
            return copy;
        }
    }

    /** Encodes as a stream says. */
    public TestEncoder(TestFrames frames, OpenStream stream) {
        this.frames = frames;
        encoding = PayloadEncoding.of(stream.encoding());
        String codec = encoding == PayloadEncoding.RAW || stream.codec() == null ? encoding.wireName() : stream.codec();
        encoder =
                ChunkCodec.of(encoding == PayloadEncoding.RAW ? "none" : codec).newEncoder();
    }

    /** Returns a frame in memory of its own; raw when encoding makes it no smaller. */
    public Payload payload(long index) {
        ByteBuffer raw = frames.frame(index);
        MemorySegment target = Arena.ofAuto().allocate(frames.bytes(), Long.BYTES);
        long bytes = encoder.encode(
                MemorySegment.ofBuffer(raw), frames.bytes(), frames.type().bytes(), target);
        return bytes == ChunkEncoder.NOT_SMALLER
                ? new Payload(PayloadEncoding.RAW, raw, frames.bytes())
                : new Payload(encoding, bytes(target, bytes), frames.bytes());
    }

    private static ByteBuffer bytes(MemorySegment target, long bytes) {
        return target.asSlice(0, bytes).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        encoder.close();
    }
}
