package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.journal.JournalFormatException;
import org.penstock.daemon.journal.JournalHeader;
import org.penstock.daemon.journal.JournalReader;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.PartRecord;
import org.penstock.daemon.storage.PartReplay;
import org.penstock.daemon.storage.ScanRecord;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.ProtocolException;

/**
 * Looks for journals, and tells which part journals belong to no scan journal: by the scan's id, which both have in their headers. It changes nothing.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class ScanSearch {
    private final Path openScans;
    private final Set<Path> scans = new TreeSet<>();
    private final Set<Path> parts = new TreeSet<>();
    private final Set<String> ids = new HashSet<>();
    private final Set<Path> unusable = new TreeSet<>();

    /** Folders of scan journals that cannot be read here. */
    private final Set<Path> foreign = new HashSet<>();

    private final Map<Path, String> unreadable = new TreeMap<>();

    /** Looks in a data directory. */
    ScanSearch(Path root) {
        openScans = root.resolve(".penstock").resolve("open");
    }

    /** Notes the journals below a folder. */
    void walk(Path folder) throws IOException {
        Files.walkFileTree(folder.toRealPath(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && Journals.isScanJournal(file)) {
                    addScan(file);
                } else if (attributes.isRegularFile() && Journals.isPartJournal(file)) {
                    parts.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException problem) {
                return FileVisitResult.CONTINUE; // a folder of somebody else's
            }
        });
    }

    private void addScan(Path file) {
        if (scans.contains(file) || unusable.contains(file)) {
            return;
        }
        try {
            JournalHeader header = JournalReader.header(file);
            ids.add(JsonBody.readLenient(header.description().getBytes(StandardCharsets.UTF_8), ScanRecord.class)
                    .scan());
            scans.add(file);
        } catch (JournalFormatException e) {
            if (e.reason() == JournalFormatException.Reason.NEWER_VERSION) {
                addForeign(file);
            } else {
                unusable.add(file);
            }
        } catch (NoSuchFileException _) {
            // a daemon has just completed it
        } catch (IOException | ProtocolException _) {
            addForeign(file);
        }
    }

    /** Another Penstock, or another user, can read it: to recover it here says why that cannot be. */
    private void addForeign(Path file) {
        scans.add(file);
        foreign.add(file.getParent());
    }

    /** Returns what was found. */
    UnfinishedScans result() throws IOException {
        Map<String, Map<Path, PartRecord>> orphans = new LinkedHashMap<>();
        for (Path part : parts) {
            PartRecord record = record(part);
            if (record != null && !foreign.contains(part.getParent()) && !hasScan(part, record)) {
                String scan = record.scan().scan() + " " + LostScanJournal.folderOfScan(part, record);
                orphans.computeIfAbsent(scan, _ -> new LinkedHashMap<>()).put(part, record);
            }
        }
        List<LostScanJournal> lost =
                orphans.values().stream().map(LostScanJournal::of).toList();
        return new UnfinishedScans(List.copyOf(scans), List.copyOf(unusable), lost, unreadable);
    }

    private @Nullable PartRecord record(Path part) {
        try {
            return PartReplay.record(JournalReader.header(part));
        } catch (JournalFormatException e) {
            if (e.reason() != JournalFormatException.Reason.BLANK) {
                unreadable.put(part, String.valueOf(e.getMessage()));
            }
        } catch (NoSuchFileException _) {
            // a daemon has just completed it
        } catch (IOException | ProtocolException e) {
            unreadable.put(part, "journal not usable: file=" + part + ": " + e.getMessage());
        }
        return null;
    }

    /** Also where the scan's journal lies outside the folders that were looked through: it is taken then. */
    private boolean hasScan(Path part, PartRecord record) throws IOException {
        if (!ids.contains(record.scan().scan())) {
            Path link = openScans.resolve(record.scan().scan());
            if (Files.isRegularFile(link)) {
                addScan(link.toRealPath());
            }
            ScanRecord scan = record.scan().in(LostScanJournal.folderOfScan(part, record));
            Path beside = Journals.of(part).ofScan(scan);
            if (Files.isRegularFile(beside)) {
                addScan(beside.toRealPath());
            }
        }
        return ids.contains(record.scan().scan());
    }
}
