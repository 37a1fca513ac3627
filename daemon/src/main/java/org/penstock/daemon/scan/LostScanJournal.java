package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.journal.JournalReader;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.PartRecord;
import org.penstock.daemon.storage.PartReplay;
import org.penstock.daemon.storage.ScanRecord;
import org.penstock.daemon.storage.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the journal of a scan anew, from the headers of its parts' journals, when it is lost: each of them knows the whole scan. Which parts were closed is
 * told by the files that are there.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class LostScanJournal {
    private static final Logger LOG = LoggerFactory.getLogger(LostScanJournal.class);
    private static final int MOST_PARTS = 1_000_000;

    private LostScanJournal() {}

    /** Returns the new journal, or null when none of these journals can be read. */
    static @Nullable Path make(Path folder, List<Path> partJournals) throws IOException {
        Map<Path, PartRecord> records = new LinkedHashMap<>();
        for (Path journal : partJournals) {
            try {
                records.put(journal, PartReplay.record(JournalReader.read(journal)));
            } catch (IOException e) {
                LOG.error("journal not usable: file={}: {}", journal, e.getMessage());
            }
        }
        if (records.isEmpty()) {
            return null;
        }
        ScanRecord scan = records.values().iterator().next().scan().in(folder);
        ScanJournal journal = ScanJournal.create(scan, Journals.BESIDE);
        Map<String, StreamRecord> streams = new LinkedHashMap<>();
        records.values()
                .forEach(record ->
                        streams.put(record.stream().stream(), record.stream().in(folder)));
        streams.values().forEach(stream -> journal.note(ScanEvent.opened(stream)));
        records.forEach((file, record) -> journal.note(ScanEvent.source(
                record.stream().stream(), record.part(), record.source(), String.valueOf(file.getFileName()))));
        streams.values().forEach(stream -> closedParts(journal, stream, records));
        journal.close();
        LOG.warn("scan journal was lost, and is made of its parts' journals: file={}", journal.file());
        return journal.file();
    }

    private static void closedParts(ScanJournal journal, StreamRecord stream, Map<Path, PartRecord> records) {
        for (long part = 0; part < MOST_PARTS; part++) {
            long number = part;
            boolean isOpen = records.values().stream()
                    .anyMatch(record ->
                            record.part() == number && record.stream().stream().equals(stream.stream()));
            if (isOpen) {
                continue;
            }
            if (!Files.exists(stream.names().file(part))) {
                return;
            }
            ClosedPartFile closed = ClosedPartFile.look(stream, part);
            if (closed != null) {
                journal.note(ScanEvent.closed(stream.stream(), part, closed.frames(), closed.missing()));
            }
        }
    }
}
