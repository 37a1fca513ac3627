package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a crash left behind, found by looking everywhere: for people, where a daemon has its folder of links.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param journals of scans
 * @param unusable scan journals whose header never reached the disk, or is damaged
 * @param lost scans that only part journals know
 * @param unreadable part journals that cannot be used, and why: what they alone know is lost
 */
public record UnfinishedScans(
        List<Path> journals, List<Path> unusable, List<LostScanJournal> lost, Map<Path, String> unreadable) {
    private static final Logger LOG = LoggerFactory.getLogger(UnfinishedScans.class);
    private static final String LOCK = ".penstock.lock";
    private static final long LOOK_NS = 1_000_000;

    /**
     * Returns the data directory that a place belongs to: the folder above it that daemons lock, or else the place's own folder.
     *
     * @throws IOException when there is no such place
     */
    public static Path rootOf(Path place) throws IOException {
        Path folder = folderOf(place);
        for (Path step = folder; step != null; step = step.getParent()) {
            if (Files.exists(step.resolve(LOCK))) {
                return step;
            }
        }
        return folder;
    }

    /**
     * Waits until no scan of a running daemon is unfinished: a moment after the last report everything is on the disk, and what only a crash would need is
     * gone.
     *
     * @return whether it came to that in time
     */
    public static boolean awaitNone(Path dataDir, Duration patience) throws IOException {
        long endNs = System.nanoTime() + patience.toNanos();
        while (hasAny(OpenScans.folder(dataDir))) {
            if (System.nanoTime() > endNs) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NS);
        }
        return true;
    }

    private static boolean hasAny(Path folder) throws IOException {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(folder)) {
            return links.iterator().hasNext();
        }
    }

    private static Path folderOf(Path place) throws IOException {
        Path real = place.toRealPath();
        Path folder = Files.isDirectory(real) ? real : real.getParent();
        if (folder == null) {
            throw new NoSuchFileException(place.toString());
        }
        return folder;
    }

    /**
     * Finds the scans of a place: all below a folder, or the one that a file belongs to. Nothing is changed.
     *
     * @param journalDir folder of all journals, or null
     */
    public static UnfinishedScans find(Path place, @Nullable Path journalDir) throws IOException {
        ScanSearch search = new ScanSearch(rootOf(place));
        search.walk(folderOf(place));
        if (journalDir != null && Files.isDirectory(journalDir)) {
            search.walk(journalDir);
        }
        return search.result();
    }

    /**
     * Puts unusable scan journals aside and makes those that are lost. Only for who holds the data directory.
     *
     * @return the journals of all scans
     */
    public List<Path> complete() throws IOException {
        for (Path scan : unusable) {
            LOG.warn("scan journal not usable, put aside: file={}", scan);
            Files.move(
                    scan, scan.resolveSibling(scan.getFileName() + ".unusable"), StandardCopyOption.REPLACE_EXISTING);
        }
        List<Path> all = new ArrayList<>(journals);
        for (LostScanJournal scan : lost) {
            all.add(scan.make());
        }
        return all;
    }
}
