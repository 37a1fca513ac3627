package org.penstock.daemon.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;

/** The bytes that {@code src/docs/journal.md} shows, one entry of each kind, against the writer, the reader and a reader in Python. */
final class JournalFormatTest {
    private static final Path ROOT = Path.of(System.getProperty("penstock.root", ".."));
    private static final Pattern DUMP_LINE = Pattern.compile("(?m)^[0-9a-f]{4}  ([0-9a-f ]{48}) .*$");

    /** The page's example as it was in version 1, without VALUES. */
    private static final String VERSION_1 = """
            50 4e 53 54 4a 52 4e 4c  01 00 01 00 80 00 00 00
            2c 00 00 00 b3 c1 3d 76  00 00 00 00 00 00 00 00
            00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00
            00 00 00 00 00 00 00 00  00 00 00 00 d9 37 e7 6f
            7b 22 64 65 74 65 63 74  6f 72 22 3a 22 74 69 6e
            79 22 2c 22 64 74 79 70  65 22 3a 22 75 31 22 2c
            22 73 68 61 70 65 22 3a  5b 33 5d 7d 00 00 00 00
            00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00
            4a 45 4e 54 9a 20 0f f1  40 00 00 00 03 00 00 00
            00 00 00 00 00 00 00 00  19 00 00 00 00 00 00 00
            7b 22 6f 70 65 6e 65 64  22 3a 22 74 69 6e 79 5f
            30 30 30 30 2e 68 35 22  7d 00 00 00 00 00 00 00
            4a 45 4e 54 bb 56 a1 cc  40 00 00 00 02 00 00 00
            01 00 00 00 00 00 00 00  08 00 00 00 00 00 00 00
            03 00 00 00 02 00 00 00  00 00 00 00 11 11 11 11
            02 00 00 00 33 33 33 33  0a 0b 0c 1e 1f 20 00 00
            4a 45 4e 54 4d 09 23 ea  58 00 00 00 01 00 00 00
            02 00 00 00 00 00 00 00  08 00 00 00 00 00 00 00
            00 08 00 00 00 00 00 00  0c 00 00 00 00 00 00 00
            01 00 00 00 77 5e ab 51  03 00 00 00 00 00 00 00
            00 00 00 00 11 11 11 11  02 00 00 00 33 33 33 33
            03 00 00 00 44 44 44 44  4a 45 4e 54 80 e2 45 a7
            30 00 00 00 04 00 00 00  03 00 00 00 00 00 00 00
            01 00 00 00 00 00 00 00  03 00 00 00 00 00 00 00
            73 8a ba 95 00 00 00 00
            """;

    @TempDir
    Path folder;

    @Test
    void shouldWriteTheBytesOfThePage() throws IOException {
        assertThat(page()).contains("```\n" + SampleJournal.dump(SampleJournal.bytes(folder)) + "```\n");
    }

    @Test
    void shouldReadTheBytesOfThePage() throws IOException {
        Path file = Files.write(folder.resolve("page.journal"), bytesOfThePage());

        Journal journal = JournalReader.read(file);

        assertThat(journal.header())
                .isEqualTo(new JournalHeader(file, JournalKind.PART, 2, 128, SampleJournal.DESCRIPTION));
        assertThat(journal.entries()).isEqualTo(SampleJournal.entries());
        assertThat(journal.tail().state()).isEqualTo(JournalTail.State.ENDED);
        assertThat(journal.tail().end()).isEqualTo(512);
    }

    @Test
    void shouldReadAJournalOfVersion1() throws IOException {
        byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(VERSION_1.strip().replaceAll("\\s+", " "));
        Path file = Files.write(folder.resolve("version1.journal"), bytes);

        Journal journal = JournalReader.read(file);

        assertThat(journal.header())
                .isEqualTo(new JournalHeader(file, JournalKind.PART, 1, 128, SampleJournal.DESCRIPTION));
        assertThat(journal.entries())
                .containsExactly(
                        new EventEntry(128, 0, SampleJournal.EVENT),
                        new FramesEntry(192, 1, 8, SampleJournal.FRAME_BYTES, SampleJournal.EARLY, 248),
                        new ChunkEntry(256, 2, 8, 2048, 12, 1, SampleJournal.CHUNK_CRC, SampleJournal.IN_CHUNK),
                        new EndEntry(344, 3, 1, 3, 0x95ba_8a73));
        assertThat(journal.tail().state()).isEqualTo(JournalTail.State.ENDED);
        assertThat(foreign(file)).contains("{\"tail\": \"ENDED\", \"end\": 392}");
    }

    @Test
    void shouldFindTheBytesOfEarlyFramesWhereTheEntrySays() throws IOException {
        byte[] page = bytesOfThePage();
        FramesEntry early = (FramesEntry) SampleJournal.entries().get(2);

        assertThat(page[(int) early.frameAt(0)]).isEqualTo((byte) 10);
        assertThat(page[(int) early.frameAt(1)]).isEqualTo((byte) 30);
    }

    @Test
    void shouldBeReadByAReaderThatKnowsThePageAlone() throws IOException {
        ForeignReader.assumePython("json");
        Path file = folder.resolve("foreign.journal");
        try (JournalWriter writer =
                JournalWriter.create(file, JournalKind.SCAN, "{}".getBytes(StandardCharsets.UTF_8))) {
            writer.chunk(5, SampleJournal.positions(1), IntBuffer.wrap(new int[] {0, -1}), 1L << 40, 1L << 33, -1, -2);
            writer.chunk(7, SampleJournal.positions(), IntBuffer.allocate(0), 0, 0, 0, 0);
            writer.values(
                    8,
                    SampleJournal.positions(1, 3),
                    ByteBuffer.wrap(new byte[] {0, 0, 0, 1, 2, 3, 0, 0, 0, 4, 5, 6}),
                    3);
        }

        assertThat(foreign(Files.write(folder.resolve("page.journal"), bytesOfThePage())))
                .isEqualTo("""
                {"kind": 1, "entriesAt": 128, "description": {"detector": "tiny", "dtype": "u1", "shape": [3]}}
                {"event": {"opened": "tiny_0000.h5"}}
                {"values": 8, "positions": [0, 2], "records": ["0102", "0506"]}
                {"early": 8, "frames": [[0, 286331153], [2, 858993459]], "bytes": ["0a0b0c", "1e1f20"]}
                {"values": 8, "positions": [0, 2, 3], "records": ["0102", "0506", "0708"]}
                {"chunk": 8, "address": 2048, "stored": 12, "mask": 1, "crc": 1370185335, \
                "frames": [[0, 286331153], [2, 858993459], [3, 1145324612]]}
                {"end": [1, 3]}
                {"tail": "ENDED", "end": 512}""");
        assertThat(foreign(file)).isEqualTo("""
                {"kind": 2, "entriesAt": 128, "description": {}}
                {"chunk": 5, "address": 1099511627776, "stored": 8589934592, "mask": 4294967295, "crc": 4294967294, \
                "frames": [[1, 4294967295]]}
                {"chunk": 7, "address": 0, "stored": 0, "mask": 0, "crc": 0, "frames": []}
                {"values": 8, "positions": [1, 3], "records": ["010203", "040506"]}
                {"tail": "OPEN", "end": 320}""");
        ValuesEntry values = (ValuesEntry) JournalReader.read(file).entries().getLast();
        assertThat(values.positions()).containsExactly(1, 3);
        assertThat(Files.readAllBytes(file)[(int) values.recordAt(1)]).isEqualTo((byte) 4);
    }

    @Test
    void shouldDigestAsTheCrcOfTheJdk() {
        CRC32C crc = new CRC32C();
        int digest = EntryDigest.NONE;
        for (int word : new int[] {0, -1, 1, 0x8000_0000, 0x1234_5678}) {
            crc.update(new byte[] {(byte) word, (byte) (word >> 8), (byte) (word >> 16), (byte) (word >> 24)});
            digest = EntryDigest.with(digest, word);

            assertThat(digest).isEqualTo((int) crc.getValue());
        }
    }

    private static String foreign(Path journal) throws IOException {
        return ForeignReader.python(
                Files.readString(ROOT.resolve("src").resolve("it").resolve("read_journal.py")), journal.toString());
    }

    private static byte[] bytesOfThePage() throws IOException {
        return HexFormat.of()
                .parseHex(DUMP_LINE
                        .matcher(page())
                        .results()
                        .map((MatchResult line) -> line.group(1).replace(" ", ""))
                        .collect(Collectors.joining()));
    }

    private static String page() throws IOException {
        return Files.readString(ROOT.resolve("src").resolve("docs").resolve("journal.md"));
    }
}
