package org.penstock.daemon.nexus;

import java.nio.file.Path;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.template.ScanTemplate;

/**
 * The master of one scan: an entry as its template lays it out, each detector shown as one dataset.
 *
 * <p>It is written whole each time, from nothing but its arguments, and never read back.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, and checked.
 */
public final class ScanMaster {
    private final Clock clock;
    private final ScanTemplate template;

    /**
     * Writes masters.
     *
     * @param clock for {@code file_time}
     * @param template the layout of the entry
     */
    public ScanMaster(Clock clock, ScanTemplate template) {
        this.clock = clock;
        this.template = template;
    }

    /**
     * Writes a master under a temporary name.
     *
     * <p>While the scan runs, and for images always, a detector's data is a virtual dataset over its closed parts. When
     * the scan has ended the data of counters and spectra is copied in, unless a part cannot be read.
     *
     * @param file the name to publish it under; parts are found by their path relative to its folder
     * @return the publication, and what the caller must know before it removes parts
     * @throws IllegalArgumentException when two detectors have one name
     * @throws StorageException {@code PERMISSION} when there is a file of that name that Penstock did not create, or any
     *     other; what is in place stays as it is
     */
    public WrittenMaster write(ScanDescription scan, List<DetectorState> detectors, Path file) {
        MasterFile.requireOurs(file);
        Publication publication = new Publication(Publication.temporaryFor(file), file);
        try (MasterContent content = new MasterContent(scan, template, detectors, file)) {
            return write(content, publication);
        }
    }

    private WrittenMaster write(MasterContent content, Publication publication) {
        Hdf5File hdf5 = Hdf5File.create(publication.temporary());
        boolean written = false;
        try {
            NexusTree.rootAttributes(hdf5.root(), publication.target(), OffsetDateTime.now(clock));
            hdf5.root().attribute("default", content.entryName());
            new MasterTree(content).write(hdf5.root(), template.entry());
            hdf5.flush();
            hdf5.close();
            written = true;
            return new WrittenMaster(
                    publication,
                    content.embedded(),
                    content.problems(),
                    content.columns().remarks());
        } finally {
            if (!written) {
                MasterFile.abandon(hdf5);
            }
        }
    }
}
