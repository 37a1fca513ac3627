package org.penstock.daemon.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.fuzz.AllocationLimit;

/**
 * Any bytes as a journal, once as they are and once with every checksum made right: without that a fuzzer never comes past the first. What is
 * read makes sense, nothing but {@link JournalFormatException} is thrown, and no memory is taken because a length says so.
 */
final class JournalReaderFuzzTest {
    private static final long ALLOCATED_BYTES = 4 << 20;
    private static final long ALLOCATED_PER_BYTE = 100;

    @TempDir
    static Path folder;

    @FuzzTest(maxDuration = "20s")
    void read(byte[] bytes) throws IOException {
        judge(bytes);
        judge(sealed(bytes));
    }

    private static void judge(byte[] bytes) throws IOException {
        Path file = folder.resolve("any.journal");
        Files.deleteIfExists(file);
        Files.write(file, bytes);
        AllocationLimit.check(ALLOCATED_BYTES + ALLOCATED_PER_BYTE * bytes.length, () -> judge(file, bytes.length));
    }

    private static void judge(Path file, long length) {
        try {
            judge(JournalReader.read(file), length);
        } catch (JournalFormatException e) {
            assertThat(e).hasMessageContaining(file.toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void judge(Journal journal, long length) {
        long offset = journal.header().entriesAt();
        long frames = 0;
        for (JournalEntry entry : journal.entries()) {
            assertThat(entry.offset()).isGreaterThanOrEqualTo(offset);
            offset = entry.offset() + JournalLayout.ENTRY_HEAD_BYTES;
            switch (entry) {
                case ChunkEntry chunk -> {
                    assertThat(chunk.firstFrame()).isNotNegative();
                    assertThat(chunk.address()).isNotNegative();
                    assertThat(chunk.storedBytes()).isNotNegative();
                    judge(chunk.frames());
                    frames += chunk.frames().frames();
                }
                case FramesEntry early -> {
                    judge(early.frames());
                    assertThat(early.frameAt(early.frames().frames())).isBetween(offset, length);
                }
                case ValuesEntry values ->
                    assertThat(values.recordAt(values.positions().length)).isBetween(offset, length);
                case EventEntry event -> assertThat(event.json().length()).isLessThan((int) length);
                case EndEntry end -> assertThat(end.frames()).isEqualTo(frames);
            }
        }
        assertThat(journal.tail().end()).isBetween(offset, length);
        assertThat(journal.tail().entries()).isEqualTo(journal.entries().size());
    }

    private static void judge(FrameChecksums frames) {
        int least = 0;
        for (int i = 0; i < frames.frames(); i++) {
            assertThat(frames.position(i)).isGreaterThanOrEqualTo(least);
            least = frames.position(i) + 1;
        }
    }

    /** Returns the bytes with magic numbers, sequence and checksums that are right, as far as lengths are possible. */
    private static byte[] sealed(byte[] bytes) {
        byte[] sealed = bytes.clone();
        ByteBuffer journal = ByteBuffer.wrap(sealed).order(JournalLayout.ORDER);
        if (sealed.length < JournalLayout.HEADER_FIXED_BYTES) {
            return sealed;
        }
        journal.putLong(0, JournalLayout.HEADER_MAGIC);
        long description = Integer.toUnsignedLong(journal.getInt(JournalLayout.HEADER_DESCRIPTION_BYTES));
        if (JournalLayout.HEADER_FIXED_BYTES + description <= sealed.length) {
            CRC32C crc = new CRC32C();
            crc.update(sealed, JournalLayout.HEADER_FIXED_BYTES, (int) description);
            journal.putInt(JournalLayout.HEADER_DESCRIPTION_CRC, (int) crc.getValue());
        }
        SampleJournal.sealHeader(journal);
        long offset = JournalLayout.headerBytes(description);
        for (long sequence = 0; offset + JournalLayout.ENTRY_HEAD_BYTES <= sealed.length; sequence++) {
            int at = (int) offset;
            long length = Integer.toUnsignedLong(journal.getInt(at + JournalLayout.ENTRY_BYTES));
            if (length < JournalLayout.ENTRY_HEAD_BYTES || offset + length > sealed.length) {
                return sealed;
            }
            journal.putInt(at, JournalLayout.ENTRY_MAGIC).putLong(at + JournalLayout.ENTRY_SEQUENCE, sequence);
            SampleJournal.sealEntry(journal, at);
            offset += length;
        }
        return sealed;
    }
}
