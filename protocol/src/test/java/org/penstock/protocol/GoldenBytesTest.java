package org.penstock.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every message as the README specifies it, its bytes computed by a program of another language. */
class GoldenBytesTest {
    // README section 2, section 3
    private static final String HELLO = """
            0000  50 4e 53 54 01 01 00 00  57 00 00 00 00 00 00 00  PNST....W.......
            0010  7b 22 72 6f 6c 65 22 3a  22 64 61 74 61 22 2c 22  {"role":"data","
            0020  63 6c 69 65 6e 74 22 3a  22 65 78 61 6d 70 6c 65  client":"example
            0030  2f 31 22 2c 22 63 68 65  63 6b 73 75 6d 73 22 3a  /1","checksums":
            0040  5b 22 63 72 63 33 32 63  22 2c 22 63 72 63 33 32  ["crc32c","crc32
            0050  22 2c 22 6e 6f 6e 65 22  5d 2c 22 74 6f 6b 65 6e  ","none"],"token
            0060  22 3a 6e 75 6c 6c 7d                              ":null}
            """;

    // README section 3
    private static final String WELCOME = """
            0000  50 4e 53 54 01 01 00 00  4b 00 00 00 00 00 00 00  PNST....K.......
            0010  7b 22 64 61 65 6d 6f 6e  22 3a 22 70 65 6e 73 74  {"daemon":"penst
            0020  6f 63 6b 64 2f 30 2e 31  2e 30 22 2c 22 76 65 72  ockd/0.1.0","ver
            0030  73 69 6f 6e 22 3a 31 2c  22 63 68 65 63 6b 73 75  sion":1,"checksu
            0040  6d 22 3a 22 63 72 63 33  32 63 22 2c 22 76 65 72  m":"crc32c","ver
            0050  73 69 6f 6e 73 22 3a 5b  31 5d 7d                 sions":[1]}
            """;

    // README section 4
    private static final String OPEN_STREAM = """
            0000  50 4e 53 54 01 02 00 00  56 00 00 00 00 00 00 00  PNST....V.......
            0010  7b 22 64 65 74 65 63 74  6f 72 22 3a 22 74 69 6e  {"detector":"tin
            0020  79 22 2c 22 64 74 79 70  65 22 3a 22 75 32 22 2c  y","dtype":"u2",
            0030  22 73 68 61 70 65 22 3a  5b 32 2c 33 5d 2c 22 66  "shape":[2,3],"f
            0040  72 61 6d 65 73 22 3a 31  2c 22 73 63 61 6e 22 3a  rames":1,"scan":
            0050  7b 22 73 61 6d 70 6c 65  22 3a 22 6c 79 73 6f 7a  {"sample":"lysoz
            0060  79 6d 65 22 7d 7d                                 yme"}}
            """;

    // README section 4
    private static final String STREAM_OPENED = """
            0000  50 4e 53 54 01 04 00 00  30 01 00 00 00 00 00 00  PNST....0.......
            0010  7b 22 73 74 72 65 61 6d  22 3a 22 73 31 22 2c 22  {"stream":"s1","
            0020  73 63 61 6e 22 3a 22 63  31 22 2c 22 73 63 61 6e  scan":"c1","scan
            0030  5f 6e 75 6d 62 65 72 22  3a 31 2c 22 65 6e 74 72  _number":1,"entr
            0040  79 22 3a 22 31 2e 31 22  2c 22 73 63 61 6e 5f 66  y":"1.1","scan_f
            0050  69 6c 65 22 3a 22 2f 64  61 74 61 2f 73 63 61 6e  ile":"/data/scan
            0060  30 30 30 31 2e 68 35 22  2c 22 64 61 74 61 73 65  0001.h5","datase
            0070  74 5f 66 69 6c 65 22 3a  22 2f 64 61 74 61 2f 6c  t_file":"/data/l
            0080  79 73 6f 7a 79 6d 65 2e  68 35 22 2c 22 66 72 61  ysozyme.h5","fra
            0090  6d 65 5f 62 79 74 65 73  22 3a 31 32 2c 22 66 72  me_bytes":12,"fr
            00a0  61 6d 65 73 5f 70 65 72  5f 66 69 6c 65 22 3a 31  ames_per_file":1
            00b0  30 30 30 2c 22 63 68 75  6e 6b 5f 66 72 61 6d 65  000,"chunk_frame
            00c0  73 22 3a 31 2c 22 61 63  6b 22 3a 22 77 72 69 74  s":1,"ack":"writ
            00d0  74 65 6e 22 2c 22 6c 65  76 65 6c 22 3a 22 73 75  ten","level":"su
            00e0  72 76 69 76 65 73 20 74  68 65 20 64 65 61 74 68  rvives.the.death
            00f0  20 6f 66 20 74 68 65 20  64 61 65 6d 6f 6e 20 28  .of.the.daemon.(
            0100  65 78 74 34 29 22 2c 22  77 72 69 74 74 65 6e 5f  ext4)","written_
            0110  62 65 6c 6f 77 22 3a 30  2c 22 64 75 72 61 62 6c  below":0,"durabl
            0120  65 5f 62 65 6c 6f 77 22  3a 30 2c 22 72 65 63 65  e_below":0,"rece
            0130  69 76 65 64 5f 72 61 6e  67 65 73 22 3a 5b 5d 7d  ived_ranges":[]}
            """;

    // README section 6
    private static final String CREDIT = """
            0000  50 4e 53 54 01 20 08 00  00 00 00 00 00 00 00 00  PNST............
            0010  08 00 00 00 00 00 00 00                           ........
            """;

    // README section 5
    private static final String FRAME = """
            0000  50 4e 53 54 01 10 40 00  0c 00 00 00 00 00 00 00  PNST..@.........
            0010  00 00 00 00 00 00 00 00  00 00 2a 36 fe 9c 97 17  ..........*6....
            0020  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  ................
            0030  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  ................
            0040  0c 00 00 00 00 00 00 00  65 ee ab 39 0c c7 6b e1  ........e..9..k.
            0050  01 00 02 00 03 00 ff ff  00 00 07 00              ............
            """;

    // README section 6
    private static final String ACK = """
            0000  50 4e 53 54 01 21 18 00  00 00 00 00 00 00 00 00  PNST.!..........
            0010  01 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  ................
            0020  00 00 00 00 00 00 00 00                           ........
            """;

    // README section 8
    private static final String END = """
            0000  50 4e 53 54 01 05 00 00  0c 00 00 00 00 00 00 00  PNST............
            0010  7b 22 66 72 61 6d 65 73  22 3a 31 7d              {"frames":1}
            """;

    // README section 8
    private static final String REPORT = """
            0000  50 4e 53 54 01 06 00 00  d7 01 00 00 00 00 00 00  PNST............
            0010  7b 22 73 74 72 65 61 6d  22 3a 22 73 31 22 2c 22  {"stream":"s1","
            0020  64 65 74 65 63 74 6f 72  22 3a 22 74 69 6e 79 22  detector":"tiny"
            0030  2c 22 73 63 61 6e 22 3a  22 63 31 22 2c 22 65 6e  ,"scan":"c1","en
            0040  74 72 79 22 3a 22 31 2e  31 22 2c 22 73 74 61 74  try":"1.1","stat
            0050  65 22 3a 22 63 6f 6d 70  6c 65 74 65 22 2c 22 72  e":"complete","r
            0060  65 61 73 6f 6e 22 3a 22  61 6c 6c 20 66 72 61 6d  eason":"all.fram
            0070  65 73 20 77 72 69 74 74  65 6e 22 2c 22 72 65 63  es.written","rec
            0080  6f 76 65 72 65 64 22 3a  66 61 6c 73 65 2c 22 66  overed":false,"f
            0090  72 61 6d 65 73 5f 65 78  70 65 63 74 65 64 22 3a  rames_expected":
            00a0  31 2c 22 66 72 61 6d 65  73 5f 72 65 63 65 69 76  1,"frames_receiv
            00b0  65 64 22 3a 31 2c 22 66  72 61 6d 65 73 5f 77 72  ed":1,"frames_wr
            00c0  69 74 74 65 6e 22 3a 31  2c 22 66 72 61 6d 65 73  itten":1,"frames
            00d0  5f 64 75 72 61 62 6c 65  22 3a 30 2c 22 66 72 61  _durable":0,"fra
            00e0  6d 65 73 5f 64 72 6f 70  70 65 64 22 3a 30 2c 22  mes_dropped":0,"
            00f0  66 72 61 6d 65 73 5f 73  6b 69 70 70 65 64 22 3a  frames_skipped":
            0100  30 2c 22 64 75 70 6c 69  63 61 74 65 73 22 3a 30  0,"duplicates":0
            0110  2c 22 6d 69 73 73 69 6e  67 5f 66 72 61 6d 65 73  ,"missing_frames
            0120  22 3a 30 2c 22 6d 69 73  73 69 6e 67 22 3a 5b 5d  ":0,"missing":[]
            0130  2c 22 64 72 6f 70 70 65  64 22 3a 5b 5d 2c 22 74  ,"dropped":[],"t
            0140  6f 6f 5f 6c 61 74 65 22  3a 5b 5d 2c 22 62 79 74  oo_late":[],"byt
            0150  65 73 5f 72 61 77 22 3a  31 32 2c 22 62 79 74 65  es_raw":12,"byte
            0160  73 5f 73 74 6f 72 65 64  22 3a 31 32 2c 22 73 65  s_stored":12,"se
            0170  63 6f 6e 64 73 22 3a 30  2e 32 35 2c 22 66 69 6c  conds":0.25,"fil
            0180  65 73 22 3a 5b 22 2f 64  61 74 61 2f 73 63 61 6e  es":["/data/scan
            0190  30 30 30 31 2f 74 69 6e  79 5f 30 30 30 30 2e 68  0001/tiny_0000.h
            01a0  35 22 5d 2c 22 73 63 61  6e 5f 66 69 6c 65 22 3a  5"],"scan_file":
            01b0  22 2f 64 61 74 61 2f 73  63 61 6e 30 30 30 31 2e  "/data/scan0001.
            01c0  68 35 22 2c 22 64 61 74  61 73 65 74 5f 66 69 6c  h5","dataset_fil
            01d0  65 22 3a 22 2f 64 61 74  61 2f 6c 79 73 6f 7a 79  e":"/data/lysozy
            01e0  6d 65 2e 68 35 22 7d                              me.h5"}
            """;

    // README section 4
    private static final String ATTACH = """
            0000  50 4e 53 54 01 03 00 00  0f 00 00 00 00 00 00 00  PNST............
            0010  7b 22 73 74 72 65 61 6d  22 3a 22 73 31 22 7d     {"stream":"s1"}
            """;

    // README section 9
    private static final String ERROR = """
            0000  50 4e 53 54 01 07 00 00  65 00 00 00 00 00 00 00  PNST....e.......
            0010  7b 22 63 6f 64 65 22 3a  22 66 72 61 6d 65 5f 69  {"code":"frame_i
            0020  6e 64 65 78 22 2c 22 6d  65 73 73 61 67 65 22 3a  ndex","message":
            0030  22 66 72 61 6d 65 20 62  65 79 6f 6e 64 20 74 68  "frame.beyond.th
            0040  65 20 73 74 72 65 61 6d  3a 20 66 72 61 6d 65 73  e.stream:.frames
            0050  3d 31 2c 20 66 72 61 6d  65 3d 37 22 2c 22 66 61  =1,.frame=7","fa
            0060  74 61 6c 22 3a 66 61 6c  73 65 2c 22 66 72 61 6d  tal":false,"fram
            0070  65 22 3a 37 7d                                    e":7}
            """;

    // README section 2
    private static final String PING = """
            0000  50 4e 53 54 01 08 00 00  02 00 00 00 00 00 00 00  PNST............
            0010  01 02                                             ..
            """;

    // README section 2
    private static final String PONG = """
            0000  50 4e 53 54 01 09 00 00  02 00 00 00 00 00 00 00  PNST............
            0010  01 02                                             ..
            """;

    // README section 2
    private static final String STATUS = """
            0000  50 4e 53 54 01 0a 00 00  02 00 00 00 00 00 00 00  PNST............
            0010  7b 7d                                             {}
            """;

    // README section 8
    private static final String ABORT = """
            0000  50 4e 53 54 01 0b 00 00  24 00 00 00 00 00 00 00  PNST....$.......
            0010  7b 22 73 74 72 65 61 6d  22 3a 22 73 31 22 2c 22  {"stream":"s1","
            0020  72 65 61 73 6f 6e 22 3a  22 62 65 61 6d 20 64 75  reason":"beam.du
            0030  6d 70 22 7d                                       mp"}
            """;

    // README section 7
    private static final String ARRAY = """
            0000  50 4e 53 54 01 11 20 00  43 00 00 00 00 00 00 00  PNST....C.......
            0010  3d 00 00 00 00 00 00 00  06 00 00 00 00 00 00 00  =...............
            0020  32 d6 6f 8a 5b d5 42 22  00 00 00 00 00 00 00 00  2.o.[.B"........
            0030  7b 22 6e 61 6d 65 22 3a  22 70 69 78 65 6c 5f 6d  {"name":"pixel_m
            0040  61 73 6b 22 2c 22 64 74  79 70 65 22 3a 22 75 31  ask","dtype":"u1
            0050  22 2c 22 73 68 61 70 65  22 3a 5b 32 2c 33 5d 2c  ","shape":[2,3],
            0060  22 75 6e 69 74 73 22 3a  6e 75 6c 6c 7d 00 00 01  "units":null}...
            0070  00 00 00                                          ...
            """;

    // README section 6
    private static final String ACK_RANGES = """
            0000  50 4e 53 54 01 21 18 00  20 00 00 00 00 00 00 00  PNST.!..........
            0010  05 00 00 00 00 00 00 00  03 00 00 00 00 00 00 00  ................
            0020  01 00 00 00 01 00 00 00  07 00 00 00 00 00 00 00  ................
            0030  02 00 00 00 00 00 00 00  04 00 00 00 00 00 00 00  ................
            0040  01 00 00 00 00 00 00 00                           ........
            """;

    // README section 6
    private static final String DROPPED = """
            0000  50 4e 53 54 01 22 08 00  10 00 00 00 00 00 00 00  PNST."..........
            0010  01 00 00 00 00 00 00 00  09 00 00 00 00 00 00 00  ................
            0020  03 00 00 00 00 00 00 00                           ........
            """;

    // README section 6
    private static final String RESEND = """
            0000  50 4e 53 54 01 23 08 00  20 00 00 00 00 00 00 00  PNST.#..........
            0010  02 00 00 00 00 00 00 00  04 00 00 00 00 00 00 00  ................
            0020  02 00 00 00 00 00 00 00  09 00 00 00 00 00 00 00  ................
            0030  01 00 00 00 00 00 00 00                           ........
            """;

    private static final Report REPORTED = new Report(
            "s1",
            "tiny",
            "c1",
            "1.1",
            Report.COMPLETE,
            "all frames written",
            false,
            1,
            1,
            1,
            0,
            0,
            0,
            0,
            0,
            List.of(),
            List.of(),
            List.of(),
            null,
            12,
            12,
            0.25,
            List.of("/data/scan0001/tiny_0000.h5"),
            "/data/scan0001.h5",
            "/data/lysozyme.h5");

    @Test
    void shouldWriteHello() {
        Hello hello = new Hello(Hello.DATA, "example/1", List.of("crc32c", "crc32", "none"), null);

        assertThat(JsonBody.message(MessageKind.HELLO, hello)).isEqualTo(golden(HELLO));
        assertThat(JsonBody.readStrict(body(HELLO), Hello.class)).isEqualTo(hello);
    }

    @Test
    void shouldWriteTheDaemonsHello() {
        Welcome welcome = new Welcome("penstockd/0.1.0", 1, "crc32c", List.of(1));

        assertThat(JsonBody.message(MessageKind.HELLO, welcome)).isEqualTo(golden(WELCOME));
        assertThat(JsonBody.readLenient(body(WELCOME), Welcome.class)).isEqualTo(welcome);
    }

    @Test
    void shouldWriteOpenStream() {
        OpenStream open = OpenStream.of("tiny", ElementType.U2, List.of(2L, 3L), 1L)
                .withScan(new ScanRequest(null, null, null, null, "lysozyme", null, null, null, null, null));

        assertThat(JsonBody.message(MessageKind.OPEN_STREAM, open)).isEqualTo(golden(OPEN_STREAM));
        assertThat(JsonBody.readStrict(body(OPEN_STREAM), OpenStream.class)).isEqualTo(open);
    }

    @Test
    void shouldWriteStreamOpened() {
        StreamOpened opened = new StreamOpened(
                "s1",
                "c1",
                1,
                "1.1",
                "/data/scan0001.h5",
                "/data/lysozyme.h5",
                12,
                1000,
                1,
                "written",
                "survives the death of the daemon (ext4)",
                0,
                0,
                List.of(),
                List.of());

        assertThat(JsonBody.message(MessageKind.STREAM_OPENED, opened)).isEqualTo(golden(STREAM_OPENED));
        assertThat(JsonBody.readLenient(body(STREAM_OPENED), StreamOpened.class))
                .isEqualTo(opened);
    }

    @Test
    void shouldWriteAttach() {
        assertThat(JsonBody.message(MessageKind.ATTACH, new Attach("s1"))).isEqualTo(golden(ATTACH));
        assertThat(JsonBody.readStrict(body(ATTACH), Attach.class)).isEqualTo(new Attach("s1"));
    }

    @Test
    void shouldWriteEndAndReport() {
        assertThat(JsonBody.message(MessageKind.END, new End(1L))).isEqualTo(golden(END));
        assertThat(JsonBody.message(MessageKind.REPORT, REPORTED)).isEqualTo(golden(REPORT));
        assertThat(JsonBody.readLenient(body(REPORT), Report.class)).isEqualTo(REPORTED);
    }

    @Test
    void shouldWriteError() {
        Failure failure = new Failure("frame_index", "frame beyond the stream: frames=1, frame=7", false, 7L);

        assertThat(JsonBody.message(MessageKind.ERROR, failure)).isEqualTo(golden(ERROR));
        assertThat(JsonBody.readLenient(body(ERROR), Failure.class)).isEqualTo(failure);
    }

    @Test
    void shouldWriteStatusAndAbort() {
        assertThat(JsonBody.message(MessageKind.STATUS, Map.of())).isEqualTo(golden(STATUS));
        assertThat(JsonBody.message(MessageKind.ABORT, new Abort("s1", "beam dump")))
                .isEqualTo(golden(ABORT));
    }

    @Test
    void shouldWriteFrame() {
        ByteBuffer message = message(FrameHeader.BYTES + 12);
        short[] pixels = {1, 2, 3, (short) 65535, 0, 7};
        for (int i = 0; i < pixels.length; i++) {
            message.putShort(FrameHeader.BYTES + 2 * i, pixels[i]);
        }
        Checksum checksum = new Checksum(Checksum.Kind.CRC32C);

        FrameHeader header = new FrameHeader(message).writeRaw(0, 1_700_000_000_000_000_000L, 12);
        header.seal(checksum.of(message, FrameHeader.BYTES, 12), checksum);

        assertThat(message).isEqualTo(golden(FRAME));
    }

    @Test
    void shouldReadFrame() {
        FrameHeader header = new FrameHeader(golden(FRAME));

        assertThat(Prefix.check(golden(FRAME), 0)).isEqualTo(MessageKind.FRAME);
        assertThat(header.bodyBytes()).isEqualTo(12);
        assertThat(header.frameIndex()).isZero();
        assertThat(header.timestampNs()).isEqualTo(1_700_000_000_000_000_000L);
        assertThat(header.encoding()).isEqualTo(PayloadEncoding.RAW.code());
        assertThat(header.rawBytes()).isEqualTo(12);
        assertThat(header.metadataBytes()).isZero();
        assertThat(header.payloadChecksum()).isEqualTo(0x39abee65);
    }

    @Test
    void shouldWriteCredit() {
        ByteBuffer message = message(Credit.BYTES);

        Credit.write(message, 0, 8);

        assertThat(message).isEqualTo(golden(CREDIT));
        assertThat(Credit.frameLimit(message, 0)).isEqualTo(8);
    }

    @Test
    void shouldWriteAcknowledgement() {
        ByteBuffer message = message(Acknowledgement.BYTES);

        Acknowledgement.write(message, 0, 1, 0, 0, 0);

        assertThat(message).isEqualTo(golden(ACK));
    }

    @Test
    void shouldWriteAndReadAcknowledgementWithRangesOfBothLevels() {
        ByteBuffer message = message(Acknowledgement.BYTES + 2 * Acknowledgement.RANGE_BYTES);
        message.putLong(Acknowledgement.BYTES, 7).putLong(Acknowledgement.BYTES + 8, 2);
        message.putLong(Acknowledgement.BYTES + 16, 4).putLong(Acknowledgement.BYTES + 24, 1);

        Acknowledgement.write(message, 0, 5, 3, 1, 1);

        assertThat(message).isEqualTo(golden(ACK_RANGES));
        assertThat(Acknowledgement.writtenBelow(message, 0)).isEqualTo(5);
        assertThat(Acknowledgement.durableBelow(message, 0)).isEqualTo(3);
        assertThat(Acknowledgement.writtenRanges(message, 0)).isEqualTo(1);
        assertThat(Acknowledgement.durableRanges(message, 0)).isEqualTo(1);
    }

    @Test
    void shouldWriteDropped() {
        ByteBuffer message = message(Dropped.BYTES + Acknowledgement.RANGE_BYTES);
        message.putLong(Dropped.BYTES, 9).putLong(Dropped.BYTES + 8, 3);

        Dropped.write(message, 0, 1);

        assertThat(message).isEqualTo(golden(DROPPED));
        assertThat(Dropped.ranges(message, 0)).isEqualTo(1);
    }

    @Test
    void shouldWriteResend() {
        ByteBuffer message = message(Resend.BYTES + 2 * Acknowledgement.RANGE_BYTES);
        message.putLong(Resend.BYTES, 4).putLong(Resend.BYTES + 8, 2);
        message.putLong(Resend.BYTES + 16, 9).putLong(Resend.BYTES + 24, 1);

        Resend.write(message, 0, 2);

        assertThat(message).isEqualTo(golden(RESEND));
        assertThat(Resend.ranges(message, 0)).isEqualTo(2);
        assertThat(Prefix.check(message, 0)).isEqualTo(MessageKind.RESEND);
    }

    @Test
    void shouldReadWhatAnOlderDaemonAnswers() {
        StreamOpened opened = JsonBody.readLenient(
                utf8(
                        "{\"stream\":\"s1\",\"scan\":\"c1\",\"entry\":\"1.1\",\"frame_bytes\":12,\"ack\":\"written\",\"written_below\":3}"),
                StreamOpened.class);
        Report report = JsonBody.readLenient(
                utf8("{\"stream\":\"s1\",\"state\":\"complete\",\"frames_written\":3}"), Report.class);

        assertThat(opened.level()).isNull();
        assertThat(opened.durableBelow()).isZero();
        assertThat(report.framesDurable()).isZero();
        assertThat(report.recovered()).isFalse();
    }

    @Test
    void shouldReadWhatANewerDaemonAnswers() {
        byte[] newer = utf8(new String(body(STREAM_OPENED), StandardCharsets.UTF_8).replace("{", "{\"parity\":7,"));

        assertThat(JsonBody.readLenient(newer, StreamOpened.class))
                .isEqualTo(JsonBody.readLenient(body(STREAM_OPENED), StreamOpened.class));
        assertThat(ErrorCode.of("beam_dump")).isNull();
        assertThat(ErrorCode.of("disk_full")).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(ErrorCode.of("suspended")).isEqualTo(ErrorCode.SUSPENDED);
    }

    @Test
    void shouldKnowPingPongAndArrayByTheirPrefix() {
        assertThat(Prefix.check(golden(PING), 0)).isEqualTo(MessageKind.PING);
        assertThat(Prefix.check(golden(PONG), 0)).isEqualTo(MessageKind.PONG);
        assertThat(body(PONG)).isEqualTo(body(PING));
        assertThat(Prefix.check(golden(ARRAY), 0)).isEqualTo(MessageKind.ARRAY);
        assertThat(Prefix.headerBytes(golden(ARRAY), 0)).isEqualTo(32);
    }

    @Test
    void shouldShowTheSameBytesInTheReadme() throws IOException {
        String readme = Files.readString(Path.of(System.getProperty("penstock.root", ".."), "protocol", "README.md"));

        assertThat(readme)
                .contains(HELLO, WELCOME, OPEN_STREAM, STREAM_OPENED, CREDIT, FRAME, ACK, END, REPORT, RESEND);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuffer message(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer golden(String dump) {
        String hex = dump.lines().map(line -> line.substring(6, 55)).collect(Collectors.joining());
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] body(String dump) {
        ByteBuffer message = golden(dump);
        byte[] body = new byte[(int) Prefix.bodyBytes(message, 0)];
        message.get(message.capacity() - body.length, body);
        return body;
    }
}
