package org.penstock.daemon.storage;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.penstock.daemon.disk.Disk;
import org.penstock.daemon.nexus.Publication;

/**
 * The name of a part: a file that was made anew takes it, and what had it before is put aside.
 *
 * <p><b>Threading:</b> immutable.
 */
record PartName(Path file) {
    /** Returns the folder of the part. */
    Path folder() {
        return Objects.requireNonNull(file.getParent(), "part outside any folder");
    }

    /** Returns where to make the new file, after removing what was made there and not finished. */
    Path temporary() throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder(), "." + file.getFileName() + ".tmp-*")) {
            for (Path leftover : entries) {
                Files.deleteIfExists(leftover);
            }
        }
        return Publication.temporaryFor(file);
    }

    /** Gives the name to a file that is complete and on the disk. */
    void give(Path temporary) throws IOException {
        Path crashed = Journals.crashed(file);
        if (!Files.exists(crashed)) {
            putAside(crashed);
            Disk.syncFolder(folder());
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Disk.syncFolder(folder());
    }

    /** Where no file had the name, an empty one lies aside: it says that the name was taken since. */
    private void putAside(Path crashed) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(crashed);
            return;
        }
        try {
            Files.createLink(crashed, file);
        } catch (UnsupportedOperationException | IOException _) {
            // a file system without hard links: for a moment the part has no name, and a rerun finds it aside
            Files.move(file, crashed, StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
