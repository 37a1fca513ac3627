package org.penstock.daemon.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.End;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.Hello;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.ProtocolException;

final class FrameDecoderTest {
    private static final int LARGE_FRAME_BYTES = 16 * 1024;
    private static final int PLACE_OFFSET = 24;
    private static final int PING_BYTES = 5;

    private final Recorder recorder = new Recorder();
    private FrameDecoder decoder = decoder(0);

    @AfterEach
    void close() {
        decoder.close();
    }

    @Test
    void shouldMakeTheSameOfAStreamOfSmallFramesWhereverItIsCut() {
        shouldMakeTheSameWhereverItIsCut(0);
    }

    @Test
    void shouldMakeTheSameOfAStreamOfLargeFramesWhereverItIsCut() {
        shouldMakeTheSameWhereverItIsCut(LARGE_FRAME_BYTES);
    }

    private void shouldMakeTheSameWhereverItIsCut(int frameBytes) {
        byte[] stream = stream(40);
        List<String> whole = List.of(
                "HELLO {\"role\":\"data\",\"client\":null,\"checksums\":[\"crc32c\"],\"token\":null}",
                "frame 0 intact",
                "payload " + sum(payload(0, 40)),
                "frame 1 intact",
                "PING ping!",
                "array",
                "frame 2 intact",
                "payload " + sum(payload(2, 40)),
                "END {\"frames\":3}");
        for (int cut = 0; cut <= stream.length; cut++) {
            restart(frameBytes);
            feed(stream, 0, cut);
            feed(stream, cut, stream.length);
            assertThat(recorder.events).as("cut at byte %s", cut).isEqualTo(whole);
            assertThat(decoder.isBetweenMessages()).isTrue();
        }
    }

    @Test
    void shouldTakeAStreamByteByByte() {
        byte[] stream = stream(40);
        restart(LARGE_FRAME_BYTES);
        for (int at = 0; at < stream.length; at++) {
            feed(stream, at, at + 1);
        }

        assertThat(recorder.events).hasSize(9).last().isEqualTo("END {\"frames\":3}");
    }

    @Test
    void shouldReceivePayloadsLongerThanItsStaging() {
        int payloadBytes = 3 * FrameDecoder.STAGING_BYTES + 7;
        byte[] stream = stream(payloadBytes);
        restart(payloadBytes);
        for (int at = 0; at < stream.length; at += 4093) {
            feed(stream, at, Math.min(stream.length, at + 4093));
        }

        assertThat(recorder.events)
                .contains("payload " + sum(payload(0, payloadBytes)), "payload " + sum(payload(2, payloadBytes)))
                .hasSize(9);
    }

    @Test
    void shouldHoldAFrameUntilThereIsMemoryForIt() {
        byte[] frame = frame(0, 40);
        recorder.waits = 2;
        feed(frame, 0, frame.length);

        assertThat(decoder.isWaiting()).isTrue();
        decoder.proceed();
        assertThat(decoder.isWaiting()).isTrue();
        decoder.proceed();

        assertThat(decoder.isWaiting()).isFalse();
        assertThat(recorder.events).last().isEqualTo("payload " + sum(payload(0, 40)));
    }

    @Test
    void shouldWaitForNoMemoryOnceHalted() {
        byte[] frame = frame(0, 40);
        recorder.waits = 1;
        feed(frame, 0, frame.length);

        decoder.halt();

        assertThat(decoder.isWaiting()).isFalse();
        feed(frame, 0, frame.length);
        assertThat(recorder.events).isEmpty();
    }

    @Test
    void shouldReadOverTheRestOfAPayloadThatLostItsPlace() {
        byte[] stream = stream(40);
        int insideFirstPayload = JsonBody.message(MessageKind.HELLO, hello()).capacity() + FrameHeader.BYTES + 11;
        feed(stream, 0, insideFirstPayload);
        decoder.losePlace();
        feed(stream, insideFirstPayload, stream.length);

        assertThat(recorder.events)
                .doesNotContain("payload " + sum(payload(0, 40)))
                .contains("frame 1 intact", "payload " + sum(payload(2, 40)))
                .hasSize(8);
    }

    @Test
    void shouldSeeADamagedHeader() {
        byte[] frame = frame(0, 40);
        frame[30] ^= 1;
        feed(frame, 0, frame.length);

        assertThat(recorder.events).first().isEqualTo("frame 0 damaged");
    }

    @Test
    void shouldRefuseBodiesBeyondTheLimitBeforeTheyCome() {
        assertThat(refusal(prefix(MessageKind.OPEN_STREAM, JsonBody.MAX_BYTES + 1L)))
                .isEqualTo(ErrorCode.BODY_BYTES);
        assertThat(refusal(prefix(MessageKind.OPEN_STREAM, -1))).isEqualTo(ErrorCode.BODY_BYTES);
        assertThat(refusal(prefix(MessageKind.ARRAY, 1L << 31))).isEqualTo(ErrorCode.BODY_BYTES);
    }

    @Test
    void shouldRefuseHeadersThatAMessageDoesNotHave() {
        assertThat(refusal(prefix(MessageKind.END, 2).putShort(6, (short) 8))).isEqualTo(ErrorCode.HEADER_BYTES);
        assertThat(refusal(prefix(MessageKind.FRAME, 40).putShort(6, (short) 63)))
                .isEqualTo(ErrorCode.HEADER_BYTES);
        assertThat(refusal(prefix(MessageKind.FRAME, 40).putShort(6, (short) 257)))
                .isEqualTo(ErrorCode.HEADER_BYTES);
    }

    @Test
    void shouldRefuseWhatIsNoMessageOfAClient() {
        assertThat(refusal(prefix(MessageKind.PING, 0).put(0, (byte) 'H'))).isEqualTo(ErrorCode.MAGIC);
        assertThat(refusal(prefix(MessageKind.PING, 0).put(4, (byte) 2))).isEqualTo(ErrorCode.VERSION);
        assertThat(refusal(prefix(MessageKind.PING, 0).put(5, (byte) 99))).isEqualTo(ErrorCode.UNKNOWN_KIND);
        assertThat(refusal(prefix(MessageKind.CREDIT, 0))).isEqualTo(ErrorCode.UNEXPECTED_MESSAGE);
    }

    /** Remembers what it was told; has no place for frames of an odd index. */
    private final class Recorder implements FrameDecoder.Handler {
        private final List<String> events = new ArrayList<>();
        private final ByteBuffer memory = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        private final SlabByteBuf view = new SlabByteBuf(memory);
        private int payloadBytes;
        private int waits;

        @Override
        public void onMessage(MessageKind kind, byte[] body) {
            events.add(kind + " " + new String(body, StandardCharsets.UTF_8));
        }

        @Override
        public FrameDecoder.FrameVerdict onFrame(FrameHeader header) {
            if (waits-- > 0) {
                return FrameDecoder.FrameVerdict.WAIT;
            }
            payloadBytes = (int) header.bodyBytes();
            events.add("frame " + header.frameIndex() + (decoder.isHeaderIntact(header) ? " intact" : " damaged"));
            return header.frameIndex() % 2 == 1 ? FrameDecoder.FrameVerdict.SKIP : FrameDecoder.FrameVerdict.PLACE;
        }

        @Override
        public void onPayload(int checksum) {
            byte[] payload = new byte[payloadBytes];
            memory.get(PLACE_OFFSET, payload);
            assertThat(checksum).isEqualTo(sum(payload));
            events.add("payload " + checksum);
        }

        @Override
        public SlabByteBuf placeView() {
            return view;
        }

        @Override
        public ByteBuffer placeBytes() {
            return memory;
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

    private void restart(int frameBytes) {
        decoder.close();
        recorder.events.clear();
        decoder = decoder(frameBytes);
    }

    private FrameDecoder decoder(int frameBytes) {
        FrameDecoder made = new FrameDecoder(recorder);
        made.checksum(Checksum.Kind.CRC32C);
        made.payloadBytes(frameBytes);
        return made;
    }

    /** Feeds bytes as a socket does: as many as there are, into what the decoder names. */
    private void feed(byte[] stream, int from, int to) {
        int at = from;
        while (at < to) {
            ByteBuf target = decoder.nextTarget();
            int bytes = Math.min(to - at, target.writableBytes());
            target.writeBytes(stream, at, bytes);
            decoder.read(target);
            target.release();
            at += bytes;
        }
    }

    private ErrorCode refusal(ByteBuffer message) {
        restart(0);
        ProtocolException refused =
                catchThrowableOfType(ProtocolException.class, () -> feed(bytes(message), 0, Prefix.BYTES));
        assertThat(refused).isNotNull();
        return refused.code();
    }

    private static ByteBuffer prefix(MessageKind kind, long bodyBytes) {
        ByteBuffer message = ByteBuffer.allocate(Prefix.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Prefix.write(message, 0, kind, bodyBytes);
        return message;
    }

    private static byte[] stream(int payloadBytes) {
        ByteBuffer ping = ByteBuffer.allocate(Prefix.BYTES + PING_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Prefix.write(ping, 0, MessageKind.PING, PING_BYTES);
        ping.put(Prefix.BYTES, "ping!".getBytes(StandardCharsets.UTF_8));
        ByteBuffer array = ByteBuffer.allocate(Prefix.BYTES + 32 + 21).order(ByteOrder.LITTLE_ENDIAN);
        Prefix.write(array, 0, MessageKind.ARRAY, 21);
        return joined(
                bytes(JsonBody.message(MessageKind.HELLO, hello())),
                frame(0, payloadBytes),
                frame(1, payloadBytes),
                ping.array(),
                array.array(),
                frame(2, payloadBytes),
                bytes(JsonBody.message(MessageKind.END, new End(3L))));
    }

    private static byte[] bytes(ByteBuffer message) {
        byte[] bytes = new byte[message.capacity()];
        message.get(0, bytes);
        return bytes;
    }

    private static Hello hello() {
        return new Hello(Hello.DATA, null, List.of("crc32c"), null);
    }

    private static byte[] frame(long index, int payloadBytes) {
        byte[] payload = payload(index, payloadBytes);
        ByteBuffer message =
                ByteBuffer.allocate(FrameHeader.BYTES + payloadBytes).order(ByteOrder.LITTLE_ENDIAN);
        new FrameHeader(message)
                .writeRaw(index, 0, payloadBytes)
                .seal(sum(payload), new Checksum(Checksum.Kind.CRC32C));
        return message.put(FrameHeader.BYTES, payload).array();
    }

    private static byte[] payload(long index, int bytes) {
        byte[] payload = new byte[bytes];
        for (int at = 0; at < bytes; at++) {
            payload[at] = (byte) (31L * at + 7 * index + 1);
        }
        return payload;
    }

    private static int sum(byte[] bytes) {
        return new Checksum(Checksum.Kind.CRC32C).of(ByteBuffer.wrap(bytes), 0, bytes.length);
    }

    private static byte[] joined(byte[]... parts) {
        byte[] all = new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
