package org.penstock.daemon.storage;

import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.journal.JournalKind;
import org.penstock.daemon.journal.JournalWriter;
import org.penstock.protocol.JsonBody;

/** Journals as a crash leaves them: frames of four bytes, one a chunk, two a part. */
public final class CrashedParts {
    private static final int FRAME_BYTES = 4;

    private CrashedParts() {}

    /** Returns a scan whose master lies in a folder. */
    public static ScanRecord scan(String id, Path folder) {
        return new ScanRecord(
                id,
                "p1",
                "b1",
                "s1",
                "sample",
                "dataset",
                1,
                "",
                "2026-01-01T00:00:00Z",
                "lab",
                1,
                folder.toString(),
                "scan0001.h5",
                null,
                null,
                null);
    }

    /** Returns a stream whose parts lie in a folder. */
    public static StreamRecord stream(Path folder) {
        return stream(folder, null);
    }

    /** The same of a stream that announced so many frames. */
    public static StreamRecord stream(Path folder, @Nullable Long frames) {
        return new StreamRecord(
                "stream-" + folder.getFileName(),
                "eiger",
                "u1",
                List.of(2, 2),
                frames,
                new StreamRecord.Cut(1, 2, 1),
                "none",
                new StreamRecord.Delivery("written", "crc32c", false, 1, 2, null, null),
                new StreamRecord.Groups("entry_0000", "lab", "eiger"),
                Map.of(),
                null,
                new StreamRecord.Names(folder.toString(), "eiger_", "%04d", 0));
    }

    /** Writes the journal of one source of part 0, which names the first frames and does not end. */
    public static Path journal(ScanRecord scan, StreamRecord stream, int source, int frames) throws IOException {
        return journal(scan, stream, source, 4096, new int[frames]);
    }

    /** The same with the CRCs of the chunks, all at one address. */
    static Path journal(ScanRecord scan, StreamRecord stream, int source, long address, int[] crcs) throws IOException {
        Path data = Journals.source(stream.names().file(0), source);
        Path file = Objects.requireNonNull(Journals.BESIDE.ofFile(scan, data));
        Files.createDirectories(Path.of(stream.names().folder()));
        PartRecord record = new PartRecord(scan, stream, 0, source, data.toString(), scan.startTime());
        byte[] description = JsonBody.text(record).getBytes(StandardCharsets.UTF_8);
        BitSet first = new BitSet();
        first.set(0);
        try (JournalWriter journal = JournalWriter.create(file, JournalKind.PART, description)) {
            for (int frame = 0; frame < crcs.length; frame++) {
                journal.reserve(JournalWriter.chunkEntryBytes(1));
                journal.chunk(frame, first, IntBuffer.allocate(1), address, FRAME_BYTES, 0, crcs[frame]);
            }
        }
        return file;
    }
}
