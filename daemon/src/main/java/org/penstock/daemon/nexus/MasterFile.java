package org.penstock.daemon.nexus;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;

/** Whose a master is, and how one is written without touching the one in place. */
final class MasterFile {
    private MasterFile() {}

    /**
     * Refuses a master that another program made; a file that is not there is fine.
     *
     * @throws StorageException {@code PERMISSION} when it is another's, {@code CORRUPT} when it is no HDF5 file
     */
    static void requireOurs(Path master) {
        if (!exists(master)) {
            return;
        }
        try (Hdf5File file = Hdf5File.openReadOnly(master)) {
            requireOurs(file, master);
        }
    }

    static void requireOurs(Hdf5File file, Path master) {
        @Nullable String creator = file.root().stringAttribute("creator");
        if (!NexusTree.CREATOR.equals(creator)) {
            throw new StorageException(
                    Reason.PERMISSION,
                    "master of another program, not replaced: file=" + master + ", creator=" + creator + ", expected="
                            + NexusTree.CREATOR);
        }
    }

    static boolean exists(Path master) {
        return Files.exists(master, LinkOption.NOFOLLOW_LINKS);
    }

    /** Closes a file that will not be published, and removes it. */
    static void abandon(Hdf5File file) {
        try {
            file.close();
        } catch (StorageException _) {
            // the failure that brought us here says more
        }
        Publication.deleteQuietly(file.path());
    }
}
