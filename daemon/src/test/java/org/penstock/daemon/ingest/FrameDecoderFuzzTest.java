package org.penstock.daemon.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.penstock.daemon.fuzz.AllocationLimit;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.ProtocolException;

/**
 * Any bytes from a socket. The first says how many come at a time, and whether frames are large. Whatever they are, the decoder makes the same
 * of them whole and in slices, throws nothing but {@link ProtocolException}, always asks for more, and takes no memory beyond one body.
 */
final class FrameDecoderFuzzTest {
    private static final int PAYLOAD_BYTES = 40;
    private static final int PLACE_OFFSET = 24;
    private static final long LARGE_FRAME_BYTES = 1 << 20;
    private static final long ALLOCATED_PER_BYTE = 4000;
    private static final ByteBuffer MEMORY =
            ByteBuffer.allocateDirect(PLACE_OFFSET + PAYLOAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    @FuzzTest(maxDuration = "20s")
    void decode(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        int slice = 1 + (bytes[0] & 0x7f);
        long frameBytes = bytes[0] < 0 ? LARGE_FRAME_BYTES : PAYLOAD_BYTES;
        // a body is allocated when its prefix is there: at most one, of each feeding, is longer than what came
        AllocationLimit.check(4L * JsonBody.MAX_BYTES + ALLOCATED_PER_BYTE * bytes.length, () -> {
            List<String> whole = events(bytes, bytes.length, frameBytes);
            List<String> sliced = events(bytes, slice, frameBytes);
            assertThat(sliced).isEqualTo(whole);
        });
    }

    private static List<String> events(byte[] bytes, int slice, long frameBytes) {
        Recorder recorder = new Recorder();
        FrameDecoder decoder = new FrameDecoder(recorder);
        decoder.checksum(Checksum.Kind.CRC32C);
        decoder.payloadBytes(frameBytes);
        try {
            int at = 1;
            while (at < bytes.length) {
                ByteBuf target = decoder.nextTarget();
                assertThat(target.writableBytes()).isPositive();
                int length = Math.min(Math.min(slice, bytes.length - at), target.writableBytes());
                target.writeBytes(bytes, at, length);
                decoder.read(target);
                target.release();
                while (decoder.isWaiting()) {
                    decoder.proceed();
                }
                at += length;
            }
            recorder.events.add(decoder.position());
        } catch (ProtocolException e) {
            recorder.events.add(e.code() + " " + e.getMessage());
        } finally {
            decoder.close();
        }
        return recorder.events;
    }

    /** Judges headers by their length alone; every third frame waits once, every other is read over. */
    private static final class Recorder implements FrameDecoder.Handler {
        private final List<String> events = new ArrayList<>();
        private final SlabByteBuf view = new SlabByteBuf(MEMORY);
        private boolean hasWaited;

        @Override
        public void onMessage(MessageKind kind, byte[] body) {
            events.add(kind + " " + new String(body, StandardCharsets.ISO_8859_1));
        }

        @Override
        public FrameDecoder.FrameVerdict onFrame(FrameHeader header) {
            if (header.metadataBytes() > FrameRecord.MOST_METADATA_BYTES || header.payloadBytes() != PAYLOAD_BYTES) {
                throw new ProtocolException(ErrorCode.PAYLOAD_BYTES, "payload is not shape x dtype");
            }
            hasWaited = header.frameIndex() % 3 == 0 && !hasWaited;
            if (hasWaited) {
                return FrameDecoder.FrameVerdict.WAIT;
            }
            events.add("frame " + header.frameIndex());
            return header.frameIndex() % 2 == 0 ? FrameDecoder.FrameVerdict.PLACE : FrameDecoder.FrameVerdict.SKIP;
        }

        @Override
        public void onPayload(int checksum) {
            assertThat(new Checksum(Checksum.Kind.CRC32C).of(MEMORY, PLACE_OFFSET, PAYLOAD_BYTES))
                    .isEqualTo(checksum);
            events.add("payload " + checksum);
        }

        @Override
        public SlabByteBuf placeView() {
            return view;
        }

        @Override
        public ByteBuffer placeBytes() {
            return MEMORY;
        }

        @Override
        public int placeOffset() {
            return PLACE_OFFSET;
        }

        @Override
        public void onArray() {
            events.add("array");
        }
    }
}
