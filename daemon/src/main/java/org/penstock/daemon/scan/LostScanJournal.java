package org.penstock.daemon.scan;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.PartRecord;
import org.penstock.daemon.storage.ScanRecord;
import org.penstock.daemon.storage.StreamRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of a scan that is lost, as it can be made anew from the headers of its parts' journals: each of them knows the whole scan. Which parts were
 * closed is told by the files that are there.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param scan in the folder where it is now
 * @param journals where its journals lie
 * @param parts part journals of one scan with their headers
 */
public record LostScanJournal(ScanRecord scan, Journals journals, Map<Path, PartRecord> parts) {
    private static final Logger LOG = LoggerFactory.getLogger(LostScanJournal.class);
    private static final int MOST_PARTS = 1_000_000;

    /** Returns what the part journals of one scan make: at least one. */
    static LostScanJournal of(Map<Path, PartRecord> parts) {
        Map.Entry<Path, PartRecord> any = parts.entrySet().iterator().next();
        Path folder = folderOfScan(any.getKey(), any.getValue());
        return new LostScanJournal(any.getValue().scan().in(folder), Journals.of(any.getKey()), parts);
    }

    /**
     * Returns the folder of the scan that a part journal belongs to, as its header says: if all of it was moved, where it is now; if the part alone was,
     * the folder of the part.
     */
    static Path folderOfScan(Path partJournal, PartRecord record) {
        Path scanFolder = Path.of(record.scan().folder());
        Path here = partJournal.toAbsolutePath().getParent();
        if (here == null || !Journals.isBeside(partJournal)) {
            return scanFolder;
        }
        Path streamFolder = Path.of(record.stream().names().folder());
        Path found = here.resolve(streamFolder.relativize(scanFolder)).normalize();
        boolean isThere =
                found.resolve(scanFolder.relativize(streamFolder)).normalize().equals(here) && Files.isDirectory(found);
        return isThere ? found : here;
    }

    /** Returns the file that would be made. */
    public Path file() {
        return journals.ofScan(scan);
    }

    /** Returns the journals of each part, oldest first, by the part's file. */
    Map<Path, List<Path>> journalsByFile() {
        return sources().stream()
                .collect(Collectors.groupingBy(
                        source -> stream(source).names().file(source.getValue().part()),
                        TreeMap::new,
                        Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
    }

    /** Makes it. */
    Path make() {
        Map<String, StreamRecord> streams = new LinkedHashMap<>();
        sources().forEach(source -> streams.put(source.getValue().stream().stream(), stream(source)));
        ScanJournal journal = ScanJournal.create(scan, journals);
        streams.values().forEach(stream -> journal.note(ScanEvent.opened(stream)));
        sources().forEach(source -> {
            PartRecord record = source.getValue();
            String name = String.valueOf(source.getKey().getFileName());
            journal.note(ScanEvent.source(record.stream().stream(), record.part(), record.source(), name));
        });
        streams.values().forEach(stream -> closedParts(journal, stream));
        journal.close();
        LOG.warn("scan journal was lost, and is made of its parts' journals: file={}", journal.file());
        return journal.file();
    }

    private List<Map.Entry<Path, PartRecord>> sources() {
        List<Map.Entry<Path, PartRecord>> sources = new ArrayList<>(parts.entrySet());
        sources.sort(Comparator.comparingInt(source -> source.getValue().source()));
        return sources;
    }

    /** Part files lie where their journals do, unless journals have a folder of their own. */
    private static StreamRecord stream(Map.Entry<Path, PartRecord> source) {
        StreamRecord written = source.getValue().stream();
        Path here = source.getKey().toAbsolutePath().getParent();
        return here == null || !Journals.isBeside(source.getKey()) ? written : written.in(here);
    }

    private void closedParts(ScanJournal journal, StreamRecord stream) {
        for (long part = 0; part < MOST_PARTS; part++) {
            long number = part;
            boolean isOpen = parts.values().stream()
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
