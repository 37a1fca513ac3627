package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.journal.JournalFormatException;
import org.penstock.daemon.journal.JournalReader;
import org.penstock.daemon.storage.Journals;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds what a crash left behind, by looking everywhere: for people, where a daemon has its folder of links. */
public final class UnfinishedScans {
    private static final Logger LOG = LoggerFactory.getLogger(UnfinishedScans.class);
    private static final String LOCK = ".penstock.lock";

    private UnfinishedScans() {}

    /**
     * Returns the data directory that a place belongs to: the folder above it that daemons lock, or else the place's own folder.
     *
     * @throws IOException when there is no such place
     */
    public static Path rootOf(Path place) throws IOException {
        Path real = place.toRealPath();
        Path folder = Files.isDirectory(real) ? real : real.getParent();
        for (Path step = folder; step != null; step = step.getParent()) {
            if (Files.exists(step.resolve(LOCK))) {
                return step;
            }
        }
        if (folder == null) {
            throw new NoSuchFileException(place.toString());
        }
        return folder;
    }

    /**
     * Returns the scan journals of a place: of all scans below a folder, or of the scan that a file belongs to. Where part journals have lost their scan's, one
     * is made of their headers.
     *
     * @param journalDir folder of all journals, or null
     */
    public static List<Path> find(Path place, @Nullable Path journalDir) throws IOException {
        Path real = place.toRealPath();
        Path folder = Files.isDirectory(real) ? real : real.getParent();
        if (folder == null) {
            throw new NoSuchFileException(place.toString());
        }
        Found found = new Found();
        Files.walkFileTree(folder, found);
        if (journalDir != null && Files.isDirectory(journalDir)) {
            Files.walkFileTree(journalDir, found);
        }
        for (Path scan : List.copyOf(found.scans)) {
            if (isUnusable(scan)) {
                found.scans.remove(scan);
            }
        }
        List<Path> journals = new ArrayList<>(found.scans);
        for (Path orphaned : found.parts) {
            Path parent = orphaned.getParent();
            boolean isOrphan = found.scans.stream().noneMatch(scan -> Objects.equals(scan.getParent(), parent));
            if (isOrphan && parent != null) {
                Path made = LostScanJournal.make(parent, found.partsIn(parent));
                if (made != null) {
                    found.scans.add(made);
                    journals.add(made);
                }
            }
        }
        return journals;
    }

    /** A scan journal whose header never reached the disk, or is damaged, is put aside: part journals know the scan too. */
    private static boolean isUnusable(Path scan) throws IOException {
        try {
            JournalReader.replay(scan, _ -> {});
            return false;
        } catch (JournalFormatException e) {
            if (e.reason() == JournalFormatException.Reason.NEWER_VERSION) {
                return false; // the Penstock that wrote it will know
            }
            LOG.warn("scan journal not usable, put aside: {}", e.getMessage());
            Files.move(
                    scan, scan.resolveSibling(scan.getFileName() + ".unusable"), StandardCopyOption.REPLACE_EXISTING);
            return true;
        }
    }

    private static final class Found extends SimpleFileVisitor<Path> {
        final Set<Path> scans = new TreeSet<>();
        final Set<Path> parts = new TreeSet<>();

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && Journals.isScanJournal(file)) {
                scans.add(file);
            } else if (attributes.isRegularFile() && Journals.isPartJournal(file)) {
                parts.add(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException problem) {
            return FileVisitResult.CONTINUE; // a folder of somebody else's
        }

        List<Path> partsIn(Path folder) {
            return parts.stream()
                    .filter(part -> folder.equals(part.getParent()))
                    .toList();
        }
    }
}
