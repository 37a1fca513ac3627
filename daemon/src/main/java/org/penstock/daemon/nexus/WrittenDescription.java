package org.penstock.daemon.nexus;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.StorageException;

/** What was said of a scan, as its master keeps it for the case that the journal is lost. */
public final class WrittenDescription {
    private static final String PLACE = "writer/data";

    private WrittenDescription() {}

    /**
     * Returns the description in a scan master as JSON; null when there is none, or no master.
     *
     * @throws StorageException when it cannot be read
     */
    public static @Nullable String of(Path master) {
        if (!MasterFile.exists(master)) {
            return null;
        }
        try (Hdf5File file = Hdf5File.openReadOnly(master)) {
            String entry = file.root().stringAttribute("default");
            return entry == null || !file.root().isGroup(entry) ? null : of(file, entry);
        }
    }

    private static @Nullable String of(Hdf5File file, String entry) {
        try (Hdf5Group group = file.root().openGroup(entry)) {
            if (!group.leadsToObject(PLACE)) {
                return null;
            }
            try (Hdf5Dataset data = group.openDataset(PLACE)) {
                return data.text();
            }
        }
    }
}
