package org.penstock.daemon.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalWriterTest {
    private static final byte[] EVENT = SampleJournal.EVENT.getBytes(StandardCharsets.UTF_8);
    private static final int STEP_BYTES = 65536;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("part.journal");
    }

    @Test
    void shouldNotTouchAFileThatIsThere() throws IOException {
        Files.writeString(file, "somebody else's");

        assertThatThrownBy(() -> SampleJournal.create(file)).isInstanceOf(FileAlreadyExistsException.class);

        assertThat(file).hasContent("somebody else's");
    }

    @Test
    void shouldMakeRoomOfZerosInSteps() throws IOException {
        try (JournalWriter writer = SampleJournal.create(file)) {
            assertThat(file).hasSize(SampleJournal.HEADER_END);
            writer.reserve(1);
            assertThat(file).hasSize(STEP_BYTES);
            writer.reserve(STEP_BYTES - SampleJournal.HEADER_END);
            assertThat(file).hasSize(STEP_BYTES);
            writer.event(EVENT);
            assertThat(file).hasSize(STEP_BYTES);
            writer.reserve(STEP_BYTES - SampleJournal.HEADER_END);
            assertThat(file).hasSize(2 * STEP_BYTES);
            writer.reserve(5 * STEP_BYTES);
            assertThat(file).hasSize(6 * STEP_BYTES);
        }

        byte[] bytes = Files.readAllBytes(file);
        assertThat(Arrays.copyOfRange(bytes, 192, bytes.length)).containsOnly(0);
        assertThat(JournalReader.read(file).tail().state()).isEqualTo(JournalTail.State.OPEN);
    }

    @Test
    void shouldSayBeforeHowManyBytesAnEntryTakes() throws IOException {
        try (JournalWriter writer = SampleJournal.create(file)) {
            long begin = writer.bytes();
            writer.event(EVENT);
            assertThat(writer.bytes() - begin).isEqualTo(JournalWriter.eventEntryBytes(EVENT.length));

            begin = writer.bytes();
            writer.frames(0, SampleJournal.positions(1, 3), SampleJournal.CHECKSUMS, SampleJournal.rawChunk(), 3);
            assertThat(writer.bytes() - begin).isEqualTo(JournalWriter.framesEntryBytes(2, 3));

            begin = writer.bytes();
            writer.chunk(0, SampleJournal.positions(1, 3), SampleJournal.CHECKSUMS, 0, 0, 0, 0);
            assertThat(writer.bytes() - begin).isEqualTo(JournalWriter.chunkEntryBytes(2));

            begin = writer.bytes();
            writer.end();
            assertThat(writer.bytes() - begin).isEqualTo(JournalWriter.endEntryBytes());
        }
    }

    @Test
    void shouldLeaveNothingOfALongerEntryInTheNext() throws IOException {
        try (JournalWriter writer = SampleJournal.create(file)) {
            writer.event("\"".concat("x".repeat(5000)).concat("\"").getBytes(StandardCharsets.UTF_8));
            writer.event("1".getBytes(StandardCharsets.UTF_8));
            long end = writer.bytes();

            byte[] last = Arrays.copyOfRange(Files.readAllBytes(file), (int) end - 8, (int) end);
            assertThat(last).containsExactly('1', 0, 0, 0, 0, 0, 0, 0);
        }
    }

    @Test
    void shouldRefuseAnEntryBehindTheEnd() throws IOException {
        try (JournalWriter writer = SampleJournal.create(file)) {
            writer.end();

            assertThatThrownBy(() -> writer.event(EVENT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(file.toString());
            writer.force();
        }
        JournalTail ended = JournalReader.read(file).tail();
        assertThatThrownBy(() -> JournalWriter.reopen(file, ended)).hasMessageContaining("journal has ended");
    }

    @Test
    void shouldRefuseAnEntryThatIsTooLongAndGoOn() throws IOException {
        BitSet many = new BitSet();
        many.set(0, 1 << 20);
        try (JournalWriter writer = SampleJournal.create(file)) {
            assertThatThrownBy(() ->
                            writer.frames(0, many, IntBuffer.allocate(1 << 20), SampleJournal.rawChunk(), 1 << 10))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expectedBytes<=1073741824");
            writer.event(EVENT);
        }

        assertThat(JournalReader.read(file).entries()).hasSize(1);
    }

    @Test
    void shouldGoOnBehindTheLastGoodEntryWhereverTheJournalWasTorn() throws IOException {
        byte[] sample = SampleJournal.bytes(folder);
        byte[] withoutEnd = Arrays.copyOf(sample, SampleJournal.ENTRY_ENDS.get(SampleJournal.CHUNK));
        for (int length = SampleJournal.HEADER_END; length <= withoutEnd.length; length++) {
            Files.write(file, Arrays.copyOf(Arrays.copyOf(withoutEnd, length), STEP_BYTES));
            Journal torn = JournalReader.read(file);

            try (JournalWriter writer = JournalWriter.reopen(file, torn.tail())) {
                writer.values(16, SampleJournal.positions(0), SampleJournal.records(), SampleJournal.RECORD_BYTES);
                writer.chunk(16, SampleJournal.positions(0), SampleJournal.CHECKSUMS, 4096, 12, 0, 77);
                writer.end();
            }

            Journal whole = JournalReader.read(file);
            int before = torn.entries().size();
            assertThat(whole.entries().subList(0, before))
                    .as("torn at %s", length)
                    .isEqualTo(torn.entries());
            assertThat(whole.entries().get(before + 1)).isInstanceOf(ChunkEntry.class);
            assertThat(whole.tail().state()).isEqualTo(JournalTail.State.ENDED);
            assertThat(whole.entries()).hasSize(before + 3);
        }
    }

    @Test
    void shouldZeroWhatIsBehindTheLastGoodEntryWhenItReopens() throws IOException {
        byte[] sample = SampleJournal.bytes(folder);
        byte[] torn = Arrays.copyOf(sample, 3 * STEP_BYTES + 5);
        torn[200] ^= 1;
        Arrays.fill(torn, STEP_BYTES, torn.length, (byte) 0x55);
        Files.write(file, torn);

        JournalWriter.reopen(file, JournalReader.read(file).tail()).close();

        byte[] reopened = Files.readAllBytes(file);
        assertThat(reopened).hasSameSizeAs(torn).startsWith(Arrays.copyOf(sample, 192));
        assertThat(Arrays.copyOfRange(reopened, 192, reopened.length)).containsOnly(0);
    }

    @Test
    void shouldRaiseTheVersionOfAJournalThatItReopens() throws IOException {
        byte[] older = Arrays.copyOf(SampleJournal.bytes(folder), SampleJournal.ENTRY_ENDS.get(0));
        SampleJournal.sealHeader(
                ByteBuffer.wrap(older).order(JournalLayout.ORDER).putShort(JournalLayout.HEADER_VERSION, (short) 1));
        Files.write(file, older);

        try (JournalWriter writer =
                JournalWriter.reopen(file, JournalReader.read(file).tail())) {
            writer.event(EVENT);
        }

        Journal journal = JournalReader.read(file);
        assertThat(journal.header().version()).isEqualTo(JournalWriter.VERSION);
        assertThat(journal.entries()).hasSize(2);
    }

    @Test
    void shouldNotReopenAJournalThatBecameShorter() throws IOException {
        JournalTail tail;
        try (JournalWriter writer = SampleJournal.create(file)) {
            writer.event(EVENT);
            tail = JournalReader.read(file).tail();
        }
        Files.write(file, Arrays.copyOf(SampleJournal.bytes(folder), SampleJournal.HEADER_END));

        assertThatThrownBy(() -> JournalWriter.reopen(file, tail))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(file.toString(), "expectedBytes>=192", "actualBytes=128");
    }

    @Test
    void shouldWriteTheSameWhenTheDiskTakesAFewBytesAtATime() throws IOException {
        withRoom();
        try (JournalWriter writer = onDisk(new FaultyChannel(file, 7, Integer.MAX_VALUE))) {
            for (int entry = 0; entry < SampleJournal.ENTRY_ENDS.size(); entry++) {
                SampleJournal.write(writer, entry);
            }
        }

        assertThat(Files.readAllBytes(file)).startsWith(SampleJournal.bytes(folder));
    }

    /** Every write fails once: what was promised before is read, and at most the entry that failed, when only zeros were left of it to write. */
    @Test
    void shouldKeepEveryEntryThatItPromisedWhicheverCallFails() throws IOException {
        int goodCalls = 0;
        int failures = 0;
        while (failures == goodCalls) {
            Files.deleteIfExists(file);
            withRoom();
            int promised = 0;
            try (FaultyChannel disk = new FaultyChannel(file, 7, goodCalls);
                    JournalWriter writer = onDisk(disk)) {
                try {
                    for (; promised < SampleJournal.ENTRY_ENDS.size(); promised++) {
                        SampleJournal.write(writer, promised);
                    }
                } catch (IOException e) {
                    failures++;
                    assertThat(e).hasMessageContainingAll(file.toString(), "Input/output error, call");
                }
            }
            List<JournalEntry> read = JournalReader.read(file).entries();
            assertThat(read)
                    .as("call %s failed", goodCalls + 1)
                    .isEqualTo(SampleJournal.entries().subList(0, read.size()));
            assertThat(read.size()).isBetween(promised, Math.min(promised + 1, SampleJournal.ENTRY_ENDS.size()));
            goodCalls++;
        }
        assertThat(failures).isGreaterThan(10);
    }

    @Test
    void shouldBeUnusableAfterAWriteFailedAndNameTheFirstFailure() throws IOException {
        withRoom();
        try (FaultyChannel disk = new FaultyChannel(file, STEP_BYTES, 0);
                JournalWriter writer = onDisk(disk)) {
            assertThatThrownBy(() -> writer.event(EVENT))
                    .hasMessage("journal entry not written: file=" + file
                            + ", offset=128, entryBytes=64, problem=Input/output error, call 1");

            for (ThrowingCallable later : List.<ThrowingCallable>of(
                    () -> writer.event(EVENT), writer::end, writer::force, () -> writer.reserve(1))) {
                assertThatThrownBy(later)
                        .isInstanceOf(IOException.class)
                        .hasMessageContainingAll("journal is unusable since a failure", "Input/output error, call 1");
            }
            assertThat(disk.calls()).isEqualTo(1);
            assertThat(writer.bytes()).isEqualTo(128);
        }
    }

    @Test
    void shouldBeUnusableAfterAForceFailed() throws IOException {
        withRoom();
        try (FaultyChannel disk = new FaultyChannel(file, STEP_BYTES, 1);
                JournalWriter writer = onDisk(disk)) {
            writer.event(EVENT);

            assertThatThrownBy(writer::force).hasMessageContainingAll("journal not forced", file.toString(), "call 2");
            assertThatThrownBy(() -> writer.event(EVENT)).hasMessageContaining("call 2");
            assertThat(disk.calls()).isEqualTo(2);
        }
    }

    @Test
    void shouldBeForcedByAnyThreadAndRefuseOthersElsewhere() throws IOException, InterruptedException {
        try (JournalWriter writer = SampleJournal.create(file)) {
            writer.event(EVENT);
            Throwable[] caught = new Throwable[2];
            Thread other = new Thread(() -> {
                caught[0] = Assertions.catchThrowable(writer::force);
                caught[1] = Assertions.catchThrowable(() -> writer.event(EVENT));
            });
            other.start();
            other.join();

            assertThat(caught[0]).isNull();
            assertThat(caught[1]).isInstanceOf(WrongThreadException.class);
        }
    }

    @Test
    void shouldAllocateNothingForAChunk() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        BitSet present = new BitSet();
        present.set(0, 100);
        IntBuffer checksums = IntBuffer.wrap(IntStream.range(0, 100).toArray());
        long thread = Thread.currentThread().threadId();
        try (JournalWriter writer = SampleJournal.create(file)) {
            long allocated = Long.MAX_VALUE;
            for (int round = 0; round < 10 && allocated > 0; round++) {
                long before = threads.getThreadAllocatedBytes(thread);
                for (int i = 0; i < 10_000; i++) {
                    writer.chunk(i, present, checksums, i, 100, 0, i);
                }
                allocated = threads.getThreadAllocatedBytes(thread) - before;
            }

            assertThat(allocated).isZero();
        }
    }

    private void withRoom() throws IOException {
        try (JournalWriter writer = SampleJournal.create(file)) {
            writer.reserve(1);
        }
    }

    private JournalWriter onDisk(FaultyChannel disk) {
        return new JournalWriter(
                file,
                disk,
                new JournalTail(JournalTail.State.OPEN, SampleJournal.HEADER_END, 0, 0, 0, 0, ""),
                STEP_BYTES);
    }
}
