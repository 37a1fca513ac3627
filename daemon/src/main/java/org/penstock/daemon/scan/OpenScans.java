package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.penstock.daemon.disk.Disk;
import org.penstock.daemon.hdf5.StorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which scans have not ended: a folder of symbolic links to their journals, so that a daemon that starts finds them without walking through ten years of
 * data.
 *
 * <pre>
 *   DATA_DIR/.penstock/open/SCAN-ID → ../../…/scan0001/.scan0001.scan.jnl
 * </pre>
 *
 * <p><b>Threading:</b> confined to hdf5-writer, but for {@link #sync} and {@link #remove}.
 */
final class OpenScans {
    private static final Logger LOG = LoggerFactory.getLogger(OpenScans.class);

    private final Path folder;
    private final Folders folders;

    OpenScans(Path dataDir, Folders folders) {
        this.folder = folder(dataDir);
        this.folders = folders;
        folders.make(folder);
    }

    /** Returns the folder of links of a data directory. */
    static Path folder(Path dataDir) {
        return dataDir.resolve(".penstock").resolve("open");
    }

    /** Notes a scan, also where somebody has tidied the folder away. */
    void add(String scan, Path journal) {
        folders.make(folder);
        try {
            Files.createSymbolicLink(folder.resolve(scan), folder.relativize(journal));
        } catch (IOException e) {
            throw StorageException.of("scan not noted as open: scan=" + scan + ", folder=" + folder, e);
        }
    }

    /** Forgets a scan; any thread. */
    void remove(String scan) throws IOException {
        Files.deleteIfExists(folder.resolve(scan));
    }

    /** Waits until it is on the disk which scans are open; any thread. */
    void sync() throws IOException {
        Disk.syncFolder(folder);
    }

    /** Returns the journals of scans that have not ended. A link that leads nowhere is of a scan whose journal was just removed, and goes too. */
    List<Path> journals() {
        List<Path> journals = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(folder)) {
            for (Path link : links) {
                if (Files.exists(link)) {
                    journals.add(link.toRealPath());
                } else if (Files.isSymbolicLink(link) || Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                    LOG.warn("open scan has no journal any more: link={}", link);
                    Files.delete(link);
                }
            }
        } catch (IOException e) {
            throw StorageException.of("open scans not listed: folder=" + folder, e);
        }
        journals.sort(Path::compareTo);
        return journals;
    }
}
