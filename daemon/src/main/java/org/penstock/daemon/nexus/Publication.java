package org.penstock.daemon.nexus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.disk.Disk;
import org.penstock.daemon.hdf5.StorageException;

/**
 * A complete file under a temporary name, ready to take the place of the one before it.
 *
 * <p>Publications of one target must be published in the order in which they were made.
 *
 * <p><b>Threading:</b> immutable; publish from any thread, one at a time for one target.
 *
 * @param temporary the file as written, in the folder of its target
 * @param target the name it is published under
 * @param basis what it was made of, where it must take the place of that alone; null when it may replace anything
 */
public record Publication(
        Path temporary, Path target, @Nullable FileVersion basis) {
    /** A file that does not depend on the one before. */
    public Publication(Path temporary, Path target) {
        this(temporary, target, null);
    }

    /** Names a temporary file beside its target, hidden from listings. */
    public static Path temporaryFor(Path target) {
        String suffix = Long.toHexString(ThreadLocalRandom.current().nextLong());
        return target.resolveSibling("." + target.getFileName() + ".tmp-" + suffix);
    }

    /**
     * Makes the file durable and puts it in the place of its target: readers see the old one or the new one, whole,
     * also after a power loss.
     *
     * @throws StorageException {@code STALE} when the target is not its basis any more, nothing was done; any other when it cannot be synced or renamed; the target is as it was, or replaced but not durable
     */
    public void publish() {
        try {
            Path folder = Objects.requireNonNull(target.toAbsolutePath().getParent(), "target outside any folder");
            Disk.sync(temporary);
            if (basis == null) {
                rename();
            } else {
                replaceBasis(folder, basis);
            }
            Disk.syncFolder(folder);
        } catch (IOException e) {
            throw StorageException.of("file not synced: file=" + target + ", temporary=" + temporary, e);
        }
    }

    /** Two daemons may link into one master: the second must not take away what the first has added. */
    private void replaceBasis(Path folder, FileVersion expected) {
        try (FolderLock _ = FolderLock.take(folder, temporary)) {
            FileVersion found = FileVersion.of(target);
            if (!found.equals(expected)) {
                throw new StorageException(
                        StorageException.Reason.STALE,
                        "master was replaced meanwhile: file=" + target + ", expected=" + expected + ", actual="
                                + found);
            }
            rename();
        }
    }

    /** Publishes without waiting for the disk: after a power loss the target may be empty, damaged or the old one. */
    public void publishVolatile() {
        rename();
    }

    /** Removes the temporary file instead. */
    public void discard() {
        deleteQuietly(temporary);
    }

    static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            // a temporary file that stays is an eyesore, not an error
        }
    }

    private void rename() {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw StorageException.of("file not published: file=" + target + ", temporary=" + temporary, e);
        }
    }
}
