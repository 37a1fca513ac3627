package org.penstock.daemon.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.client.FrameConnection;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.ResumableStream;

/**
 * Frames of which every element is known: {@code src/it/check_frames.py} computes the same, and nothing else of this project is asked what
 * is right. No element is a fill value.
 *
 * @param shape of one frame
 * @param seed makes streams different from each other
 */
public record TestFrames(ElementType type, List<Long> shape, int seed) {
    /** Frames that differ for as long as a test is. */
    public static TestFrames of(ElementType type, Long... shape) {
        return new TestFrames(type, List.of(shape), 1);
    }

    /** The same frames with other values. */
    public TestFrames withSeed(int newSeed) {
        return new TestFrames(type, shape, newSeed);
    }

    public OpenStream request(String detector, Long frames) {
        return OpenStream.of(detector, type, shape, frames);
    }

    public int elements() {
        return (int) shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
    }

    public int bytes() {
        return elements() * type.bytes();
    }

    /** Returns one frame in memory of its own, ready to be sent. */
    public ByteBuffer frame(long index) {
        ByteBuffer frame = ByteBuffer.allocateDirect(bytes()).order(ByteOrder.LITTLE_ENDIAN);
        long modulus = modulus();
        for (int i = 0; i < elements(); i++) {
            put(frame, i, value(index, i, modulus));
        }
        return frame;
    }

    private long value(long index, int element, long modulus) {
        return (index * 7919 + index / 251 * element * 13 + element * 31L + seed * 1009L) % modulus;
    }

    private long modulus() {
        return switch (type.bytes()) {
            case 1 -> type == ElementType.I1 ? 113 : 251;
            case 2 -> 32_749;
            default -> 1_000_003;
        };
    }

    private void put(ByteBuffer frame, int element, long value) {
        int at = element * type.bytes();
        switch (type) {
            case U1, I1 -> frame.put(at, (byte) value);
            case U2, I2 -> frame.putShort(at, (short) value);
            case U4, I4 -> frame.putInt(at, (int) value);
            case U8, I8 -> frame.putLong(at, value);
            case F4 -> frame.putFloat(at, value + 0.5f);
            case F8 -> frame.putDouble(at, value + 0.5);
        }
    }

    /** Sends frames {@code [from, to)} in order. */
    public void send(FrameStream stream, long from, long to) throws IOException {
        for (long index = from; index < to; index++) {
            stream.send(index, 0, frame(index));
        }
    }

    /** Sends frames {@code [from, to)} in order. */
    public void send(ResumableStream stream, long from, long to) throws IOException {
        for (long index = from; index < to; index++) {
            stream.send(index, 0, frame(index));
        }
    }

    /** Sends those frames over one connection. */
    public void send(FrameConnection connection, List<Long> indices) throws IOException {
        for (long index : indices) {
            connection.send(index, 0, frame(index));
        }
    }
}
