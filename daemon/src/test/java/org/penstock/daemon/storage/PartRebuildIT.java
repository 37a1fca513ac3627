package org.penstock.daemon.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.nexus.Integrity;
import org.penstock.daemon.nexus.PartFile;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.FrameRange;

class PartRebuildIT {
    private static final byte[] FRAME = {1, 2, 3, 4};

    @TempDir
    private Path folder;

    @Test
    void shouldNameTheLossWhereAFileIsShorterThanItsJournal() throws Exception {
        ScanRecord scan = CrashedParts.scan("id", folder);
        StreamRecord stream = CrashedParts.stream(folder);
        Path file = stream.names().file(0);
        CRC32C crc = new CRC32C();
        crc.update(FRAME);
        int[] crcs = {(int) crc.getValue(), 4711};
        long address = writeOneFrame(file, stream, crcs[0]);
        Path journal = CrashedParts.journal(scan, stream, 0, address, crcs);

        RebuildResult result = PartRebuild.run(
                new RebuildJob(file.toString(), List.of(journal.toString()), null, false, false, 0644, null), () -> {});

        assertThat(result.problem()).isNull();
        assertThat(result.good()).containsExactly(new FrameRange(0, 1));
        assertThat(result.bad()).containsExactly(new FrameRange(1, 1));
    }

    @Test
    void shouldKeepWhatAJournalNamesBeyondTheLengthOfItsJob() throws Exception {
        StreamRecord stream = CrashedParts.stream(folder);
        Path file = stream.names().file(0);
        CRC32C crc = new CRC32C();
        crc.update(FRAME);
        int[] crcs = {(int) crc.getValue(), (int) crc.getValue()};
        long address = writeOneFrame(file, stream, crcs[0]);
        Path journal = CrashedParts.journal(CrashedParts.scan("id", folder), stream, 0, address, crcs);

        RebuildResult result = PartRebuild.run(
                new RebuildJob(file.toString(), List.of(journal.toString()), 1L, false, true, 0644, null), () -> {});

        assertThat(result.problem()).isNull();
        assertThat(result.frames()).isEqualTo(2);
        assertThat(result.good()).containsExactly(new FrameRange(0, 2));
    }

    private static long writeOneFrame(Path file, StreamRecord stream, int crc) {
        OffsetDateTime now = OffsetDateTime.parse("2026-01-01T00:00:00Z");
        try (Arena arena = Arena.ofConfined();
                PartFile part = PartFile.create(file, stream.description(), 0, now)) {
            MemorySegment frame = arena.allocate(FRAME.length, 64).copyFrom(MemorySegment.ofArray(FRAME));
            long address = part.writeChunk(0, 1, 0, frame, FRAME.length);
            part.seal(1, List.of(), now, new Integrity(new int[] {crc}, Checksum.Kind.CRC32C, new int[1]), null);
            return address;
        }
    }
}
