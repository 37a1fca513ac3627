package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.source.Numpy;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.penstock.protocol.client.StreamListener;

/** Frames that arrive encoded: stored byte for byte, read by others, and refused when they are not what they say; a stream beside goes on. */
final class PassthroughIT {
    private static final Checksum.Kind CRC = Checksum.Kind.CRC32C;
    private static final int COUNT = 12;

    /** Elements of eight bytes, of which five are always 0: LZ4 alone makes them smaller too. */
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U8, 100L, 150L);

    @TempDir
    private Path folder;

    private TestDaemon daemon;

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    @BeforeEach
    void start() {
        daemon = TestDaemon.start(folder.resolve("data"));
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private static OpenStream request(String codec) {
        return FRAMES.request("encoded", (long) COUNT).toBuilder()
                .encoding(PayloadEncoding.of(codec.split(":", 2)[0]))
                .codec(codec)
                .framesPerFile(5L)
                .build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bslz4", "lz4", "zstd:1", "zstd:9", "blosc:lz4:bitshuffle:5", "blosc:zstd:shuffle:1", "blosc"})
    void shouldStoreWhatArrivesAsItIs(String codec) throws Exception {
        List<byte[]> sent = new ArrayList<>();
        OpenStream request = request(codec);
        Report report;
        try (FrameStream stream = PenstockClient.open(daemon.address(), request);
                TestEncoder encoder = new TestEncoder(FRAMES, request)) {
            for (long i = 0; i < COUNT; i++) {
                TestEncoder.Payload payload = encoder.payload(i);
                assertThat(payload.encoding()).isEqualTo(PayloadEncoding.of(request.encoding()));
                stream.send(i, 0, payload.encoding(), payload.bytes());
                sent.add(payload.copy());
            }
            report = stream.end((long) COUNT);
        }

        assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
        assertThat(report.bytesStored())
                .isEqualTo(sent.stream().mapToLong(bytes -> bytes.length).sum());
        assertThat(daemon.count(Counter.CHUNKS_PASSED_THROUGH)).isEqualTo(COUNT);
        assertThat(daemon.count(Counter.CHUNKS_COMPRESSED)).isZero();
        expectPixels(report);
        assertThat(chunks(report)).isEqualTo(lines(sent, 0));
        verifyFindsNothing();
    }

    @Test
    void shouldStoreRawWhatDoesNotShrink() throws Exception {
        OpenStream request = request("bslz4");
        Report report;
        try (FrameStream stream = PenstockClient.open(daemon.address(), request);
                TestEncoder encoder = new TestEncoder(FRAMES, request)) {
            for (long i = 0; i < COUNT; i++) {
                if (i % 3 == 0) {
                    stream.send(i, 0, FRAMES.frame(i));
                } else {
                    stream.send(i, 0, PayloadEncoding.BSLZ4, encoder.payload(i).bytes());
                }
            }
            report = stream.end((long) COUNT);
        }

        assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
        expectPixels(report);
        assertThat(chunks(report).lines().filter(line -> line.endsWith(" 1")).count())
                .isEqualTo(COUNT / 3);
        verifyFindsNothing();
    }

    private static void expectPixels(Report report, Long... missing) throws Exception {
        FrameJudge judge = new FrameJudge();
        judge.expect(report.datasetFile(), "/" + report.entry() + "/measurement/encoded")
                .pattern(FRAMES)
                .frames(COUNT)
                .missing(missing);
        assertThat(judge.judge()).isEqualTo(COUNT);
    }

    /** Returns a line for each chunk in the part files: its frame, CRC-32 of its bytes, their number, its filter mask. */
    private String chunks(Report report) throws Exception {
        StringBuilder files = new StringBuilder();
        report.files().forEach(file -> files.append("'").append(file).append("',"));
        return Numpy.run(folder, "h5py", """
                import zlib
                first = 0
                for name in [%s]:
                    with h5py.File(name, 'r') as f:
                        data = f['entry_0000/measurement/data'].id
                        for i in range(data.get_num_chunks()):
                            at = data.get_chunk_info(i).chunk_offset
                            mask, chunk = data.read_direct_chunk(at)
                            print(first + at[0], zlib.crc32(chunk), len(chunk), mask)
                        first += 5
                """.formatted(files));
    }

    private static String lines(List<byte[]> sent, int mask) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < sent.size(); i++) {
            byte[] chunk = sent.get(i);
            int crc = new Checksum(Checksum.Kind.CRC32).of(ByteBuffer.wrap(chunk), 0, chunk.length);
            lines.add(i + " " + Integer.toUnsignedString(crc) + " " + chunk.length + " " + mask);
        }
        return String.join("\n", lines);
    }

    private void verifyFindsNothing() throws Exception {
        Process verify = new ProcessBuilder(DaemonProcess.command(
                        List.of("verify", folder.resolve("data").toString())))
                .redirectErrorStream(true)
                .start();
        String said = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(verify.waitFor()).as(said).isZero();
        assertThat(said).contains("\"frames\":" + COUNT).contains("\"problems\":[]");
    }

    /** What a sender may get wrong, or lie about. */
    enum Lie {
        /** All is as it should be, and half of it does not come. */
        CUT_IN_HALF {
            @Override
            byte[] tell(byte[] payload, PayloadEncoding encoding) {
                return Arrays.copyOf(payload, payload.length / 2);
            }
        },
        BYTES_BEHIND_THE_END {
            @Override
            byte[] tell(byte[] payload, PayloadEncoding encoding) {
                return Arrays.copyOf(payload, payload.length + 5);
            }
        },
        /** A reader would make room for another frame than the one that was announced. */
        ANOTHER_LENGTH_OF_THE_FRAME {
            @Override
            byte[] tell(byte[] payload, PayloadEncoding encoding) {
                int at = switch (encoding) {
                    case BSLZ4, LZ4 -> 6; // u64 big-endian at 0
                    case ZSTD -> 6; // behind magic, descriptor and, where there is one, window
                    case BLOSC -> 5; // u32 little-endian at 4
                    case RAW -> throw new IllegalArgumentException();
                };
                payload[at] ^= 1;
                return payload;
            }
        },
        /** A block is said to be longer than all that comes. */
        A_BLOCK_THAT_IS_TOO_LONG {
            @Override
            byte[] tell(byte[] payload, PayloadEncoding encoding) {
                int at = switch (encoding) {
                    case BSLZ4, LZ4 -> 12; // u32 big-endian behind the header
                    case ZSTD -> payload.length; // below
                    case BLOSC -> 19; // the table's first entry, u32 little-endian at 16
                    case RAW -> throw new IllegalArgumentException();
                };
                if (encoding == PayloadEncoding.ZSTD) {
                    int header = zstdHeaderBytes(payload);
                    payload[header + 2] = (byte) 0xff;
                    payload[header + 1] = (byte) 0xff;
                } else {
                    payload[at] |= 0x7f;
                }
                return payload;
            }
        },
        /** It is what another encoder makes. */
        ANOTHER_FORMAT {
            @Override
            byte[] tell(byte[] payload, PayloadEncoding encoding) {
                for (int i = 0; i < 16; i++) {
                    payload[i] = (byte) "no such format  ".charAt(i);
                }
                return payload;
            }
        };

        abstract byte[] tell(byte[] payload, PayloadEncoding encoding);

        private static int zstdHeaderBytes(byte[] payload) {
            int descriptor = payload[4] & 0xff;
            int window = (descriptor & 0x20) != 0 ? 0 : 1;
            int size = descriptor >>> 6 == 0 ? 1 - window : 1 << (descriptor >>> 6);
            return 5 + window + size;
        }
    }

    @ParameterizedTest
    @EnumSource(value = PayloadEncoding.class, mode = EnumSource.Mode.EXCLUDE, names = "RAW")
    void shouldRefuseEveryLieAndStoreTheRest(PayloadEncoding encoding) throws Exception {
        OpenStream request = request(encoding.wireName());
        Lie[] lies = Lie.values();
        List<Long> lost = new ArrayList<>();
        Report report;
        try (HealthyStream healthy = HealthyStream.begin(daemon);
                RawClient client = RawClient.streaming(daemon, CRC, request);
                TestEncoder encoder = new TestEncoder(FRAMES, request)) {
            for (long i = 0; i < COUNT; i++) {
                TestEncoder.Payload payload = encoder.payload(i);
                boolean isLie = i % 2 == 1 && i / 2 < lies.length;
                if (!isLie) {
                    client.send(RawClient.frame(i, payload, CRC));
                    continue;
                }
                byte[] told = lies[(int) i / 2].tell(payload.copy(), encoding);
                client.send(RawClient.frame(
                        i, new TestEncoder.Payload(encoding, ByteBuffer.wrap(told), FRAMES.bytes()), CRC));
                assertThat(client.notFatal(ErrorCode.PAYLOAD_FORMAT))
                        .as(lies[(int) i / 2].name())
                        .contains("detector=encoded, frame=" + i + ": ")
                        .contains("encoding=" + encoding.wireName());
                lost.add(i);
            }
            client.end((long) COUNT);
            report = client.report();
            healthy.finish();
        }

        assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
        assertThat(report.framesReceived()).isEqualTo(COUNT);
        assertThat(report.framesWritten()).isEqualTo(COUNT - lies.length);
        List<FrameRange> ranges =
                lost.stream().map(frame -> new FrameRange(frame, 1)).toList();
        assertThat(report.refused()).isEqualTo(ranges);
        assertThat(report.missing()).isEqualTo(ranges);
        assertThat(chunks(report).lines().count())
                .as("nothing of a lie is in a file")
                .isEqualTo(COUNT - lies.length);
        expectPixels(report, lost.toArray(Long[]::new));
    }

    @ParameterizedTest
    @CsvSource({
        "lz4, 0, UNSUPPORTED", // of another encoding than the stream
        "bslz4, 1, PAYLOAD_BYTES", // declares another length of the frame
        "bslz4, -1, PAYLOAD_BYTES"
    })
    void shouldCloseOnAHeaderThatCannotBe(String encoding, int moreRawBytes, ErrorCode expected) throws Exception {
        OpenStream request = request("bslz4");
        try (HealthyStream healthy = HealthyStream.begin(daemon);
                RawClient client = RawClient.streaming(daemon, CRC, request);
                TestEncoder encoder = new TestEncoder(FRAMES, request)) {
            ByteBuffer bytes = encoder.payload(0).bytes();
            client.send(RawClient.frame(
                    0,
                    new TestEncoder.Payload(PayloadEncoding.of(encoding), bytes, FRAMES.bytes() + moreRawBytes),
                    CRC));
            assertThat(client.fatal(expected)).contains("detector=encoded, frame=0");
            healthy.finish();
        }
    }

    @Test
    void shouldRefuseALengthThatNoEncoderNeedsBeforeAByteOfItIsRead() throws Exception {
        int most = (int) PayloadEncoding.BSLZ4.mostBytes(FRAMES.bytes());
        try (RawClient client = RawClient.streaming(daemon, CRC, request("bslz4"))) {
            byte[] frame = RawClient.frame(
                    0,
                    new TestEncoder.Payload(PayloadEncoding.BSLZ4, ByteBuffer.allocateDirect(most + 1), FRAMES.bytes()),
                    CRC);
            client.send(frame, 0, 80);
            assertThat(client.fatal(ErrorCode.PAYLOAD_BYTES)).contains("expected=1 to " + most);
        }
        try (RawClient client = RawClient.streaming(daemon, CRC, request("bslz4"))) {
            client.send(RawClient.frame(
                    0,
                    new TestEncoder.Payload(PayloadEncoding.BSLZ4, ByteBuffer.allocateDirect(0), FRAMES.bytes()),
                    CRC));
            client.fatal(ErrorCode.PAYLOAD_BYTES);
        }
    }

    @Test
    void shouldRefuseEncodedFramesOfAStreamThatSaidRaw() throws Exception {
        try (RawClient client = RawClient.streaming(daemon, CRC, FRAMES.request("raw", 10L));
                TestEncoder encoder = new TestEncoder(FRAMES, request("bslz4"))) {
            client.send(RawClient.frame(0, encoder.payload(0), CRC));
            assertThat(client.fatal(ErrorCode.UNSUPPORTED)).contains("expected=raw, actual=bslz4");
        }
    }

    @Test
    void shouldKnowFramesThatComeTwiceByTheChecksumOfWhatWasSent() throws Exception {
        OpenStream request = request("bslz4");
        try (RawClient client = RawClient.streaming(daemon, CRC, request);
                TestEncoder encoder = new TestEncoder(FRAMES, request)) {
            client.send(RawClient.frame(0, encoder.payload(0), CRC));
            client.send(RawClient.frame(0, encoder.payload(0), CRC));
            client.send(RawClient.frame(0, encoder.payload(1), CRC));
            assertThat(client.error(ErrorCode.DUPLICATE_FRAME).get("frame").asInt())
                    .isZero();
            byte[] damaged = RawClient.frame(1, encoder.payload(1), CRC);
            damaged[200] ^= 4;
            client.send(damaged);
            assertThat(client.error(ErrorCode.PAYLOAD_CHECKSUM).get("frame").asInt())
                    .isEqualTo(1);
            for (long i = 1; i < COUNT; i++) {
                client.send(RawClient.frame(i, encoder.payload(i), CRC));
            }
            client.end((long) COUNT);
            Report report = client.report();

            assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
            assertThat(report.duplicates()).isEqualTo(2);
            expectPixels(report);
        }
    }

    @Test
    void shouldGoOnAfterLiesWhateverTheCredit() throws IOException {
        OpenStream request = FRAMES.request("liar", null).toBuilder()
                .encoding(PayloadEncoding.ZSTD)
                .build();
        int more = 200; // than there are buffers
        try (FrameStream stream = PenstockClient.open(daemon.address(), request);
                TestEncoder encoder = new TestEncoder(FRAMES, request)) {
            for (long i = 0; i < more; i++) {
                stream.send(i, 0, PayloadEncoding.ZSTD, ByteBuffer.allocateDirect(1000));
            }
            stream.send(more, 0, PayloadEncoding.ZSTD, encoder.payload(more).bytes());
            Report report = stream.end(null);

            assertThat(report.framesWritten()).isEqualTo(1);
            assertThat(report.refused()).containsExactly(new FrameRange(0, more));
            assertThat(daemon.count(Counter.FRAMES_REFUSED)).isEqualTo(more);
        }
    }

    @Test
    void shouldTellWhoComesLaterWhatIsLostAlsoAfterARestart() throws Exception {
        OpenStream request = request("bslz4");
        FrameRange lie = new FrameRange(0, 1);
        String id;
        try (TestEncoder encoder = new TestEncoder(FRAMES, request)) {
            try (RawClient client = RawClient.greeted(daemon, CRC)) {
                id = client.open(request).stream();
                byte[] half = Lie.CUT_IN_HALF.tell(encoder.payload(0).copy(), PayloadEncoding.BSLZ4);
                client.send(RawClient.frame(
                        0, new TestEncoder.Payload(PayloadEncoding.BSLZ4, ByteBuffer.wrap(half), FRAMES.bytes()), CRC));
                client.notFatal(ErrorCode.PAYLOAD_FORMAT);
                client.send(RawClient.frame(1, encoder.payload(1), CRC));
                client.send(RawClient.frame(3, encoder.payload(3), CRC));
                client.awaitWritten(2);
                client.cut();
            }
            try (RawClient client = RawClient.greeted(daemon, CRC)) {
                StreamOpened opened = client.attach(id);
                assertThat(opened.writtenBelow()).isEqualTo(2);
                assertThat(opened.lostRanges()).containsExactly(lie);
                client.send(RawClient.frame(0, encoder.payload(0), CRC));
                assertThat(client.notFatal(ErrorCode.PAYLOAD_FORMAT)).contains("lost before (refused)", "frame=0");
            }
            daemon.stop();
            daemon = TestDaemon.start(folder.resolve("data"));
            try (FrameStream stream = PenstockClient.attach(daemon.address(), id, 1, StreamListener.NONE)) {
                assertThat(stream.opened().writtenBelow())
                        .as("nobody will send it again")
                        .isEqualTo(2);
                assertThat(stream.opened().lostRanges()).containsExactly(lie);
                assertThat(stream.isWritten(0)).isFalse();
                assertThat(stream.isWritten(1)).isTrue();
                for (long i = 2; i < COUNT; i++) {
                    if (i != 3) {
                        stream.send(
                                i, 0, PayloadEncoding.BSLZ4, encoder.payload(i).bytes());
                    }
                }
                Report report = stream.end((long) COUNT);

                assertThat(report.refused()).containsExactly(lie);
                assertThat(report.missing()).containsExactly(lie);
                assertThat(stream.isWritten(0)).isFalse();
                assertThat(stream.isWritten(3))
                        .as("told by a range, or the mark")
                        .isTrue();
                expectPixels(report, 0L);
            }
        }
    }

    @Test
    void shouldTakeAPayloadLongerThanItsFrameWhereARawOneWasBefore() throws IOException {
        TestFrames small = TestFrames.of(ElementType.U2, 64L, 64L);
        OpenStream request = small.request("small", 2L).toBuilder()
                .encoding(PayloadEncoding.BSLZ4)
                .codec("bslz4")
                .build();
        Checksum.Kind other = Checksum.Kind.CRC32; // which is not what chunks are checked by
        try (RawClient client = RawClient.streaming(daemon, other, request)) {
            client.sendFrame(0, small, other);
            client.awaitWritten(1);
            client.send(RawClient.frame(
                    1, new TestEncoder.Payload(PayloadEncoding.BSLZ4, allLiterals(small), small.bytes()), other));
            client.end(2L);
            Report report = client.report();

            assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
            assertThat(report.bytesStored()).isGreaterThan(2L * small.bytes());
        }
    }

    /** One block of bitshuffle + LZ4 that an encoder makes of noise when it does not mind that it grows. */
    private static ByteBuffer allLiterals(TestFrames frames) {
        int bytes = frames.bytes();
        int more = bytes - 15;
        int blockBytes = 1 + more / 255 + 1 + bytes;
        ByteBuffer chunk = ByteBuffer.allocate(16 + blockBytes)
                .putLong(bytes)
                .putInt(bytes)
                .putInt(blockBytes)
                .put((byte) 0xf0);
        for (int left = more; left >= 255; left -= 255) {
            chunk.put((byte) 255);
        }
        chunk.put((byte) (more % 255));
        for (int i = 0; i < bytes; i++) {
            chunk.put((byte) (i * 31));
        }
        return chunk.flip();
    }
}
