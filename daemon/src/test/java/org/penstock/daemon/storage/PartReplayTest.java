package org.penstock.daemon.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.journal.JournalKind;
import org.penstock.daemon.journal.JournalWriter;
import org.penstock.protocol.JsonBody;

/** Journals made by hand, of frames of four bytes with two bytes of values each. */
final class PartReplayTest {
    private static final ByteBuffer RECORDS = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    private static final MemorySegment FRAMES = MemorySegment.ofArray(new byte[16]);
    private static final IntBuffer CHECKSUMS = IntBuffer.allocate(4);

    @TempDir
    private Path folder;

    @Test
    void shouldGiveFramesTheValuesThatCameBeforeThem() throws IOException {
        Path file = journal(writer -> {
            writer.values(4, set(1, 3), RECORDS, 2);
            writer.frames(4, set(1, 3), CHECKSUMS, FRAMES, 4);
            writer.frames(4, set(2), CHECKSUMS, FRAMES, 4);
        });

        PartReplay replay = PartReplay.of(List.of(file));

        List<PartReplay.Frames> kept = Objects.requireNonNull(replay.kept().get(4L));
        assertThat(kept).hasSize(2);
        assertThat(Objects.requireNonNull(kept.get(0).values()).positions()).containsExactly(1, 3);
        assertThat(kept.get(1).values()).as("of frames that came without").isNull();
        assertThat(replay.torn()).isEmpty();
    }

    @Test
    void shouldTakeFramesWithTheValuesOfOthersForTheEndOfADamagedJournal() throws IOException {
        Path file = journal(writer -> {
            writer.values(0, set(0, 1), RECORDS, 2);
            writer.frames(0, set(0, 1), CHECKSUMS, FRAMES, 4);
            writer.values(4, set(0, 1), RECORDS, 2);
            writer.frames(4, set(0, 2), CHECKSUMS, FRAMES, 4);
            writer.chunk(8, set(0), CHECKSUMS, 0, 4, 0, 0);
        });

        PartReplay replay = PartReplay.of(List.of(file));

        assertThat(replay.kept()).containsOnlyKeys(0L);
        assertThat(replay.chunks()).as("what is behind the damage").isEmpty();
        assertThat(replay.torn())
                .singleElement()
                .asString()
                .contains(
                        "entry promises other frames than those whose values came before it: file=" + file
                                + ", offset=",
                        "sequence=3",
                        "expectedPositions=[0, 1], actualPositions=[0, 2]");
    }

    @Test
    void shouldTakeAChunkWithTheValuesOfAnotherForTheEndOfADamagedJournal() throws IOException {
        Path file = journal(writer -> {
            writer.values(0, set(0, 1), RECORDS, 2);
            writer.chunk(4, set(0, 1), CHECKSUMS, 0, 8, 0, 0);
        });

        PartReplay replay = PartReplay.of(List.of(file));

        assertThat(replay.chunks()).isEmpty();
        assertThat(replay.torn().getFirst()).contains("sequence=1", "expectedFirstFrame=0, actualFirstFrame=4");
    }

    private interface Entries {
        void write(JournalWriter journal) throws IOException;
    }

    private Path journal(Entries entries) throws IOException {
        ScanRecord scan = CrashedParts.scan("id", folder);
        StreamRecord stream = CrashedParts.stream(folder);
        PartRecord record =
                new PartRecord(scan, stream, 0, 0, stream.names().file(0).toString(), scan.startTime());
        Path file = folder.resolve("by-hand.journal");
        byte[] description = JsonBody.text(record).getBytes(StandardCharsets.UTF_8);
        try (JournalWriter journal = JournalWriter.create(file, JournalKind.PART, description)) {
            entries.write(journal);
        }
        return file;
    }

    private static BitSet set(int... positions) {
        BitSet set = new BitSet();
        for (int position : positions) {
            set.set(position);
        }
        return set;
    }
}
