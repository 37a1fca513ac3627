package org.penstock.daemon.ingest;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
import org.penstock.protocol.Checksum;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.MessageKind;

/**
 * What it takes to cut received bytes into frames and check them: a copy from memory stands for the socket's read.
 *
 * <p>It is in the package of what it measures, which nobody else may see.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FrameDecoderBenchmark {
    private static final int WIRE_BYTES = 4 << 20;

    @Param({"8", "8192", "2097152"})
    private int frameBytes;

    private ByteBuffer wire = ByteBuffer.allocate(0);
    private int frames;
    private FrameDecoder decoder = new FrameDecoder(new Place(0));

    /** What was decoded. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Decoded {
        public long frames;
        public long bytes;
    }

    /** Writes frames as a client sends them. */
    @Setup(Level.Trial)
    public void prepare() {
        frames = Math.max(1, WIRE_BYTES / (frameBytes + FrameHeader.BYTES));
        wire = ByteBuffer.allocateDirect(frames * (frameBytes + FrameHeader.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        Checksum checksum = new Checksum(Checksum.Kind.CRC32C);
        FrameHeader header = new FrameHeader(wire);
        for (int i = 0; i < frames; i++) {
            int at = i * (frameBytes + FrameHeader.BYTES);
            int sum = checksum.of(wire, at + FrameHeader.BYTES, frameBytes);
            header.at(at).writeRaw(i, 0, frameBytes).seal(sum, checksum);
        }
        decoder.close();
        decoder = new FrameDecoder(new Place(frameBytes));
        decoder.checksum(Checksum.Kind.CRC32C);
        decoder.payloadBytes(frameBytes);
    }

    /** Gives the staging buffer back. */
    @TearDown(Level.Trial)
    public void close() {
        decoder.close();
    }

    /** Decodes about 4 MiB of frames. */
    @Benchmark
    public void decode(Decoded decoded) {
        wire.clear();
        while (wire.hasRemaining()) {
            ByteBuf target = decoder.nextTarget();
            int bytes = Math.min(target.writableBytes(), wire.remaining());
            int limit = wire.limit();
            target.writeBytes(wire.limit(wire.position() + bytes));
            wire.limit(limit);
            decoder.read(target);
        }
        decoded.frames += frames;
        decoded.bytes += (long) frames * frameBytes;
    }

    /** One place for all frames. */
    private static final class Place implements FrameDecoder.Handler {
        private final ByteBuffer bytes;
        private final SlabByteBuf view;

        Place(int frameBytes) {
            bytes = ByteBuffer.allocateDirect(frameBytes).order(ByteOrder.LITTLE_ENDIAN);
            view = new SlabByteBuf(bytes);
        }

        @Override
        public void onMessage(MessageKind kind, byte[] body) {
            throw new IllegalStateException("only frames were sent: kind=" + kind);
        }

        @Override
        public FrameDecoder.FrameVerdict onFrame(FrameHeader header) {
            return FrameDecoder.FrameVerdict.PLACE;
        }

        @Override
        public void onPayload(int checksum) {}

        @Override
        public SlabByteBuf placeView() {
            return view;
        }

        @Override
        public ByteBuffer placeBytes() {
            return bytes;
        }

        @Override
        public int placeOffset() {
            return 0;
        }

        @Override
        public void onArray() {
            throw new IllegalStateException("only frames were sent");
        }
    }
}
