package org.penstock.daemon.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything a crash, a disk or a stranger can do to a journal; the entries read are always the first of those written. */
final class JournalReaderTest {
    private static final int FIRST = SampleJournal.HEADER_END;
    private static final int FRAMES_AT = SampleJournal.ENTRY_ENDS.get(1);
    private static final int CHUNK_AT = SampleJournal.ENTRY_ENDS.get(3);
    private static final int END_AT = SampleJournal.ENTRY_ENDS.get(4);

    @TempDir
    Path folder;

    private Path file;
    private byte[] sample;

    @BeforeEach
    void writeSample() throws IOException {
        file = folder.resolve("part.journal");
        sample = SampleJournal.bytes(folder);
    }

    @Test
    void shouldReadAPrefixWhereverTheJournalIsTorn() throws IOException {
        for (int length = FIRST; length < sample.length; length++) {
            for (int zeros : new int[] {0, 1, 4096}) {
                byte[] torn = Arrays.copyOf(Arrays.copyOf(sample, length), length + zeros);
                int whole = whole(torn);
                int end = whole == 0 ? FIRST : SampleJournal.ENTRY_ENDS.get(whole - 1);

                Journal journal = read(torn);

                assertThat(journal.entries())
                        .as("torn at %s, %s zeros", length, zeros)
                        .isEqualTo(SampleJournal.entries().subList(0, whole));
                assertThat(journal.tail().end()).isEqualTo(end);
                assertThat(journal.tail().entries()).isEqualTo(whole);
                assertThat(journal.tail().state()).isEqualTo(stateAt(length, end));
            }
        }
    }

    /** Returns how many entries are there with all their bytes: of one that ends with zeros, zeros complete what was torn off. */
    private int whole(byte[] torn) {
        int same = Arrays.mismatch(sample, torn);
        return (int) SampleJournal.ENTRY_ENDS.stream()
                .filter(end -> same < 0 || end <= same)
                .count();
    }

    private JournalTail.State stateAt(int length, int end) {
        if (end == sample.length) {
            return JournalTail.State.ENDED;
        }
        return length <= end ? JournalTail.State.OPEN : JournalTail.State.TORN;
    }

    @Test
    void shouldNeverReadAWrongEntryWhateverBitFlips() throws IOException {
        for (int bit = FIRST * 8; bit < sample.length * 8; bit++) {
            byte[] flipped = flipped(bit);

            Journal journal = read(flipped);

            assertThat(journal.entries())
                    .as("bit %s", bit)
                    .isEqualTo(SampleJournal.entries().subList(0, whole(flipped)));
            assertThat(journal.tail().state()).isEqualTo(JournalTail.State.TORN);
            assertThat(journal.tail().problem()).contains(file.toString(), "offset=", "expected", "actual");
        }
    }

    @Test
    void shouldRefuseAHeaderWhateverBitFlips() throws IOException {
        for (int bit = 0; bit < FIRST * 8; bit++) {
            JournalFormatException refused = refusal(flipped(bit));

            assertThat(refused.reason())
                    .as("bit %s: %s", bit, refused.getMessage())
                    .isEqualTo(
                            bit < Long.SIZE
                                    ? JournalFormatException.Reason.NO_JOURNAL
                                    : JournalFormatException.Reason.DAMAGED);
            assertThat(refused).hasMessageContaining(file.toString());
        }
    }

    @Test
    void shouldRefuseAHeaderThatIsCutOff() throws IOException {
        for (int length = 1; length < FIRST; length++) {
            assertThat(refusal(Arrays.copyOf(sample, length)).reason())
                    .as("%s bytes", length)
                    .isEqualTo(
                            length < Long.BYTES
                                    ? JournalFormatException.Reason.NO_JOURNAL
                                    : JournalFormatException.Reason.DAMAGED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65536})
    void shouldCallAJournalBlankWhoseWriterDiedBeforeItWrote(int zeros) throws IOException {
        assertThat(refusal(new byte[zeros]).reason()).isEqualTo(JournalFormatException.Reason.BLANK);
    }

    @Test
    void shouldRefuseAnotherFile() throws IOException {
        assertThat(refusal("\u0089HDF\r\n\u001a\n and whatever else".getBytes(StandardCharsets.ISO_8859_1)))
                .hasMessage("not a journal: file=" + file + ", expected=4c4e524a54534e50, actual=0a1a0a0d46444889");
    }

    @Test
    void shouldSayThatAFileIsMissing() {
        assertThatThrownBy(() -> JournalReader.read(file)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void shouldRefuseANewerVersion() throws IOException {
        byte[] newer = changed(0, journal -> journal.putShort(JournalLayout.HEADER_VERSION, (short) 3));

        JournalFormatException refused = refusal(newer);

        assertThat(refused.reason()).isEqualTo(JournalFormatException.Reason.NEWER_VERSION);
        assertThat(refused)
                .hasMessage("journal of a newer version: expected<=2, actual=3, file=" + file
                        + "; use the Penstock that wrote it");
    }

    @Test
    void shouldRefuseAHeaderThatSaysWhatCannotBe() throws IOException {
        for (Consumer<ByteBuffer> lie : List.<Consumer<ByteBuffer>>of(
                journal -> journal.putShort(JournalLayout.HEADER_VERSION, (short) 0),
                journal -> journal.putShort(JournalLayout.HEADER_KIND, (short) 3),
                journal -> journal.putInt(JournalLayout.HEADER_BYTES, 64),
                journal -> journal.putInt(JournalLayout.HEADER_BYTES, 192),
                journal -> journal.putInt(JournalLayout.HEADER_DESCRIPTION_BYTES, -1),
                journal -> journal.putInt(JournalLayout.HEADER_DESCRIPTION_BYTES, -1)
                        .putInt(JournalLayout.HEADER_BYTES, 0),
                journal -> journal.putInt(JournalLayout.HEADER_DESCRIPTION_BYTES, 1 << 30)
                        .putInt(JournalLayout.HEADER_BYTES, (1 << 30) + 64))) {
            assertThat(refusal(changed(0, lie)).reason()).isEqualTo(JournalFormatException.Reason.DAMAGED);
        }
    }

    @Test
    void shouldStopAtLengthsThatCannotBe() throws IOException {
        for (int length : new int[] {0, 8, 16, 23, 65, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE, -1, -8}) {
            byte[] huge = sample.clone();
            ByteBuffer.wrap(huge).order(JournalLayout.ORDER).putInt(FIRST + JournalLayout.ENTRY_BYTES, length);

            JournalTail tail = read(huge).tail();

            assertThat(tail.entries()).isZero();
            assertThat(tail.problem()).contains("impossible length", "actualBytes=" + Integer.toUnsignedString(length));
        }
    }

    @Test
    void shouldStopAtEntriesThatContradictThemselvesThoughTheirChecksumIsRight() throws IOException {
        for (Consumer<ByteBuffer> lie : List.<Consumer<ByteBuffer>>of(
                entry -> entry.putShort(CHUNK_AT + JournalLayout.ENTRY_KIND, (short) 6),
                entry -> entry.putShort(CHUNK_AT + JournalLayout.ENTRY_KIND, (short) JournalLayout.VALUES),
                entry -> entry.putShort(CHUNK_AT + JournalLayout.ENTRY_KIND, (short) JournalLayout.FRAMES),
                entry -> entry.putShort(CHUNK_AT + JournalLayout.ENTRY_KIND, (short) JournalLayout.EVENT),
                entry -> entry.putShort(CHUNK_AT + JournalLayout.ENTRY_KIND, (short) JournalLayout.END),
                entry -> entry.putInt(CHUNK_AT + JournalLayout.CHUNK_FRAMES, 2),
                entry -> entry.putInt(CHUNK_AT + JournalLayout.CHUNK_FRAMES, -1),
                entry -> entry.putLong(CHUNK_AT + JournalLayout.CHUNK_FIRST_FRAME, -1),
                entry -> entry.putLong(CHUNK_AT + JournalLayout.CHUNK_ADDRESS, -1),
                entry -> entry.putLong(CHUNK_AT + JournalLayout.CHUNK_STORED_BYTES, Long.MIN_VALUE),
                entry -> entry.putInt(CHUNK_AT + JournalLayout.CHUNK_FIXED_BYTES, -1),
                entry -> entry.putInt(CHUNK_AT + JournalLayout.CHUNK_FIXED_BYTES, 2),
                entry -> entry.putInt(CHUNK_AT + JournalLayout.CHUNK_FIXED_BYTES + 16, Integer.MIN_VALUE))) {
            JournalTail tail = read(changed(CHUNK_AT, lie)).tail();

            assertThat(tail.entries()).isEqualTo(4);
            assertThat(tail.problem())
                    .startsWith("entry contradicts itself: file=" + file + ", offset=376, sequence=4");
        }
    }

    @Test
    void shouldStopAtFramesThatAreOthersThanThoseWhoseValuesCameBefore() throws IOException {
        int third = CHUNK_AT + JournalLayout.CHUNK_FIXED_BYTES + 2 * JournalLayout.FRAME_BYTES;
        JournalTail other =
                read(changed(CHUNK_AT, entry -> entry.putInt(third, 7))).tail();
        JournalTail early = read(changed(
                        FRAMES_AT, entry -> entry.putLong(FRAMES_AT + JournalLayout.FRAMES_FIRST_FRAME, 12)))
                .tail();

        assertThat(other.state()).isEqualTo(JournalTail.State.TORN);
        assertThat(other.entries()).isEqualTo(4);
        assertThat(other.chunks()).isZero();
        assertThat(other.problem())
                .isEqualTo("entry promises other frames than those whose values came before it: file=" + file
                        + ", offset=376, sequence=4, expectedFirstFrame=8, actualFirstFrame=8,"
                        + " expectedPositions=[0, 2, 3], actualPositions=[0, 2, 7]");
        assertThat(early.entries()).isEqualTo(2);
        assertThat(early.problem()).contains("offset=248", "expectedFirstFrame=8, actualFirstFrame=12");
    }

    @Test
    void shouldNotBelieveAnEndThatContradictsTheEntriesBefore() throws IOException {
        for (int field : new int[] {JournalLayout.END_CHUNKS, JournalLayout.END_FRAMES, JournalLayout.END_DIGEST}) {
            JournalTail tail = read(changed(END_AT, entry -> entry.put(END_AT + field, (byte) 99)))
                    .tail();

            assertThat(tail.entries()).isEqualTo(5);
            assertThat(tail.state()).isEqualTo(JournalTail.State.TORN);
        }
    }

    @Test
    void shouldStopAtAGapInTheSequence() throws IOException {
        JournalTail tail = read(changed(CHUNK_AT, entry -> entry.putLong(CHUNK_AT + JournalLayout.ENTRY_SEQUENCE, 9)))
                .tail();

        assertThat(tail.entries()).isEqualTo(4);
        assertThat(tail.problem())
                .isEqualTo("entry of another life of the file: file=" + file + ", offset=376, expected=4, actual=9");
    }

    @Test
    void shouldNotReadWhatAnEarlierLifeLeftBehindTheEnd() throws IOException {
        byte[] earlier = Arrays.copyOfRange(sample, FIRST, sample.length);
        byte[] ended = joined(sample, earlier);
        byte[] open = joined(Arrays.copyOf(sample, CHUNK_AT), earlier);

        assertThat(read(ended).entries()).isEqualTo(SampleJournal.entries());
        assertThat(read(ended).tail().state()).isEqualTo(JournalTail.State.ENDED);
        assertThat(read(open).entries()).isEqualTo(SampleJournal.entries().subList(0, 4));
        assertThat(read(open).tail().state()).isEqualTo(JournalTail.State.TORN);
    }

    @Test
    void shouldCallAJournalTornWhenOtherBytesFollowTheZeros() throws IOException {
        byte[] later = Arrays.copyOf(sample, END_AT + 500_000);
        Arrays.fill(later, END_AT, later.length, (byte) 0);
        later[later.length - 1] = 1;

        JournalTail tail = read(later).tail();

        assertThat(tail.state()).isEqualTo(JournalTail.State.TORN);
        assertThat(tail.end()).isEqualTo(END_AT);
        assertThat(tail.problem()).contains("begins with zeros", "offset=" + END_AT);
    }

    @Test
    void shouldReadEntriesLongerThanItsWindow() throws IOException {
        int frames = 100_000;
        BitSet all = new BitSet();
        all.set(0, frames);
        int[] checksums = new int[frames];
        Arrays.setAll(checksums, i -> i * 7919);
        String event = "{\"names\":\"" + "é".repeat(300_000) + "\"}";
        try (JournalWriter writer = SampleJournal.create(file)) {
            writer.event(event.getBytes(StandardCharsets.UTF_8));
            writer.chunk(0, all, IntBuffer.wrap(checksums), 1, 2, 3, 4);
            writer.frames(0, all, IntBuffer.wrap(checksums), MemorySegment.ofArray(new byte[frames * 11]), 11);
            writer.end();
        }

        Journal journal = JournalReader.read(file);

        assertThat(((EventEntry) journal.entries().get(0)).json()).isEqualTo(event);
        int[] positions = new int[frames];
        Arrays.setAll(positions, i -> i);
        FrameChecksums expected = new FrameChecksums(positions, checksums);
        assertThat(((ChunkEntry) journal.entries().get(1)).frames()).isEqualTo(expected);
        assertThat(((FramesEntry) journal.entries().get(2)).frames()).isEqualTo(expected);
        assertThat(journal.tail().state()).isEqualTo(JournalTail.State.ENDED);
    }

    @Test
    void shouldShowAVisitorTheHeaderThenEachEntry() throws IOException {
        Files.write(file, sample);
        List<Object> seen = new ArrayList<>();

        JournalTail tail = JournalReader.replay(file, new JournalVisitor() {
            @Override
            public void onHeader(JournalHeader header) {
                seen.add(header.description());
            }

            @Override
            public void onEntry(JournalEntry entry) {
                seen.add(entry);
            }
        });

        assertThat(seen).first().isEqualTo(SampleJournal.DESCRIPTION);
        assertThat(seen.subList(1, seen.size())).isEqualTo(SampleJournal.entries());
        assertThat(tail.frames()).isEqualTo(3);
    }

    private Journal read(byte[] bytes) throws IOException {
        write(bytes);
        return JournalReader.read(file);
    }

    /** Makes the file anew: ext4 takes it for a replacement when it is truncated instead, and forces it to the disk. */
    private void write(byte[] bytes) throws IOException {
        Files.deleteIfExists(file);
        Files.write(file, bytes);
    }

    private JournalFormatException refusal(byte[] bytes) throws IOException {
        write(bytes);
        JournalFormatException refused =
                catchThrowableOfType(JournalFormatException.class, () -> JournalReader.read(file));
        assertThat(refused).isNotNull();
        return refused;
    }

    private byte[] flipped(int bit) {
        byte[] flipped = sample.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        return flipped;
    }

    /** Returns the sample with a change in one entry, or in the header, whose checksum is made right again. */
    private byte[] changed(int offset, Consumer<ByteBuffer> change) {
        byte[] bytes = sample.clone();
        ByteBuffer journal = ByteBuffer.wrap(bytes).order(JournalLayout.ORDER);
        change.accept(journal);
        if (offset == 0) {
            SampleJournal.sealHeader(journal);
        } else {
            SampleJournal.sealEntry(journal, offset);
        }
        return bytes;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
