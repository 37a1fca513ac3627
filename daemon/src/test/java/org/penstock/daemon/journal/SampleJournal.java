package org.penstock.daemon.journal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/** The journal of {@code src/docs/journal.md}: frames of 3 bytes, each with 2 bytes of values, 4 to a chunk; of the third chunk, frame 9 never came. */
final class SampleJournal {
    static final String DESCRIPTION = "{\"detector\":\"tiny\",\"dtype\":\"u1\",\"shape\":[3]}";
    static final String EVENT = "{\"opened\":\"tiny_0000.h5\"}";
    static final int FRAME_BYTES = 3;
    static final int RECORD_BYTES = 2;
    static final int CHUNK_CRC = 0x51ab_5e77;
    static final int HEADER_END = 128;
    /** Where entries end: event, values of early frames, early frames, values of the chunk, chunk, end. */
    static final List<Integer> ENTRY_ENDS = List.of(192, 248, 312, 376, 464, 512);

    /** Which of them is the chunk. */
    static final int CHUNK = 4;

    static final FrameChecksums EARLY = new FrameChecksums(new int[] {0, 2}, new int[] {0x1111_1111, 0x3333_3333});
    static final FrameChecksums IN_CHUNK =
            new FrameChecksums(new int[] {0, 2, 3}, new int[] {0x1111_1111, 0x3333_3333, 0x4444_4444});

    /** Of the frames of the chunk, by position. */
    static final IntBuffer CHECKSUMS = IntBuffer.wrap(new int[] {0x1111_1111, 0x2222_2222, 0x3333_3333, 0x4444_4444});

    private SampleJournal() {}

    /** Returns the bytes, without the zeros behind. */
    static byte[] bytes(Path folder) throws IOException {
        Path file = folder.resolve("sample.journal");
        long end;
        try (JournalWriter writer = create(file)) {
            for (int entry = 0; entry < ENTRY_ENDS.size(); entry++) {
                write(writer, entry);
            }
            end = writer.bytes();
        }
        byte[] all = Files.readAllBytes(file);
        Files.delete(file);
        return Arrays.copyOf(all, (int) end);
    }

    static void write(JournalWriter writer, int entry) throws IOException {
        switch (entry) {
            case 0 -> writer.event(EVENT.getBytes(StandardCharsets.UTF_8));
            case 1 -> writer.values(8, positions(0, 2), records(), RECORD_BYTES);
            case 2 -> writer.frames(8, positions(0, 2), CHECKSUMS, rawChunk(), FRAME_BYTES);
            case 3 -> writer.values(8, positions(0, 2, 3), records(), RECORD_BYTES);
            case CHUNK -> writer.chunk(8, positions(0, 2, 3), CHECKSUMS, 2048, 12, 1, CHUNK_CRC);
            default -> writer.end();
        }
    }

    static JournalWriter create(Path file) throws IOException {
        return JournalWriter.create(file, JournalKind.PART, DESCRIPTION.getBytes(StandardCharsets.UTF_8));
    }

    static List<JournalEntry> entries() {
        return List.of(
                new EventEntry(128, 0, EVENT),
                new ValuesEntry(192, 1, 8, RECORD_BYTES, new int[] {0, 2}, 240),
                new FramesEntry(248, 2, 8, FRAME_BYTES, EARLY, 304),
                new ValuesEntry(312, 3, 8, RECORD_BYTES, new int[] {0, 2, 3}, 364),
                new ChunkEntry(376, 4, 8, 2048, 12, 1, CHUNK_CRC, IN_CHUNK),
                new EndEntry(464, 5, 1, 3, 0xfae5_f6f0));
    }

    static MemorySegment rawChunk() {
        return MemorySegment.ofArray(new byte[] {10, 11, 12, 20, 21, 22, 30, 31, 32, 40, 41, 42});
    }

    static ByteBuffer records() {
        return ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    }

    static BitSet positions(int... positions) {
        BitSet set = new BitSet();
        for (int position : positions) {
            set.set(position);
        }
        return set;
    }

    /** Sets the checksum of the entry at an offset to what its bytes say, as a writer that means them would. */
    static void sealEntry(ByteBuffer journal, int offset) {
        int length = journal.getInt(offset + JournalLayout.ENTRY_BYTES);
        journal.putInt(
                offset + JournalLayout.ENTRY_CRC, crc(journal, offset + JournalLayout.ENTRY_BYTES, offset + length));
    }

    static void sealHeader(ByteBuffer journal) {
        journal.putInt(JournalLayout.HEADER_CRC, crc(journal, 0, JournalLayout.HEADER_CRC));
    }

    private static int crc(ByteBuffer journal, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(journal.slice(from, to - from));
        return (int) crc.getValue();
    }

    /** As the pages show bytes. */
    static String dump(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        HexFormat hex = HexFormat.ofDelimiter(" ");
        for (int at = 0; at < bytes.length; at += 16) {
            int to = Math.min(bytes.length, at + 16);
            String left = hex.formatHex(bytes, at, Math.min(to, at + 8));
            String right = to > at + 8 ? hex.formatHex(bytes, at + 8, to) : "";
            String printed = new String(bytes, at, to - at, StandardCharsets.ISO_8859_1)
                    .chars()
                    .mapToObj(c -> c > ' ' && c < 127 ? String.valueOf((char) c) : ".")
                    .collect(Collectors.joining());
            text.append(String.format("%04x  %-23s  %-23s  %s%n", at, left, right, printed));
        }
        return text.toString();
    }
}
