package org.penstock.daemon.nexus;

import java.nio.file.Path;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.StorageException;

/**
 * The master of one scan: an entry as BLISS writes it, each detector shown as one dataset.
 *
 * <p>It is written whole each time, from nothing but its arguments, and never read back.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, and checked.
 */
public final class ScanMaster {
    private final Clock clock;

    /**
     * Writes masters.
     *
     * @param clock for {@code file_time}
     */
    public ScanMaster(Clock clock) {
        this.clock = clock;
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
        requireDistinct(scan, detectors);
        MasterFile.requireOurs(file);
        Publication publication = new Publication(Publication.temporaryFor(file), file);
        Hdf5File hdf5 = Hdf5File.create(publication.temporary());
        boolean written = false;
        try {
            Content content = new Content(scan, file);
            content.write(hdf5.root(), detectors, OffsetDateTime.now(clock));
            hdf5.flush();
            hdf5.close();
            written = true;
            return new WrittenMaster(publication, content.embedded, content.problems);
        } finally {
            if (!written) {
                MasterFile.abandon(hdf5);
            }
        }
    }

    private static void requireDistinct(ScanDescription scan, List<DetectorState> detectors) {
        Set<String> names = new HashSet<>();
        for (DetectorState detector : detectors) {
            if (!names.add(detector.description().groupName())) {
                throw new IllegalArgumentException("detectors of one name: scan=" + scan.identity() + ", detector="
                        + detector.description().name() + ", group="
                        + detector.description().groupName());
            }
        }
    }

    /** One master while it is written. */
    private static final class Content {
        private final ScanDescription scan;
        private final Path file;
        private final Set<String> embedded = new HashSet<>();
        private final List<StorageException> problems = new ArrayList<>();

        Content(ScanDescription scan, Path file) {
            this.scan = scan;
            this.file = file;
        }

        void write(Hdf5Group root, List<DetectorState> detectors, OffsetDateTime now) {
            ScanIdentity identity = scan.identity();
            NexusTree.rootAttributes(root, file, now);
            root.attribute("default", identity.entryName());
            try (Hdf5Group entry = NexusTree.group(root, identity.entryName(), "NXentry")) {
                entry.write("title", scan.title());
                entry.write("start_time", NexusTree.time(scan.startTime()));
                entry.write("experiment_identifier", identity.proposal());
                entry.write("collection_identifier", identity.datasetName());
                program(entry);
                instrument(entry, detectors);
                measurement(entry, detectors);
                sample(entry);
                DefaultPlots.write(entry, detectors);
                recovery(entry);
                end(entry);
            }
        }

        private static void program(Hdf5Group entry) {
            try (Hdf5Dataset program = entry.dataset("program_name", NexusTree.CREATOR)) {
                program.attribute("version", NexusTree.creatorVersion());
            }
        }

        private void instrument(Hdf5Group entry, List<DetectorState> detectors) {
            try (Hdf5Group instrument = NexusTree.group(entry, "instrument", "NXinstrument")) {
                try (Hdf5Dataset name = instrument.dataset("name", scan.instrumentName())) {
                    name.attribute("short_name", scan.identity().beamline());
                }
                for (DetectorState state : detectors) {
                    detector(instrument, state);
                }
            }
        }

        private void detector(Hdf5Group instrument, DetectorState state) {
            DetectorDescription description = state.description();
            try (Hdf5Group group = NexusTree.group(instrument, description.groupName(), "NXdetector")) {
                DetectorData data = new DetectorData(state, file);
                if (scan.progress().isEnded()) {
                    problems.addAll(data.unreadableParts());
                }
                if (scan.progress().isEnded() && data.isEmbeddable()) {
                    data.embed(group);
                    embedded.add(description.name());
                } else {
                    data.show(group);
                }
                Map<String, Field> fields = new LinkedHashMap<>();
                fields.put("local_name", Field.of(description.name()));
                fields.put("type", Field.of(description.kind()));
                // what the detector says of itself goes before what is derived
                fields.putAll(description.fields());
                NexusTree.fields(group, fields);
                NexusTree.missing(group, state.missing());
            }
        }

        private static void measurement(Hdf5Group entry, List<DetectorState> detectors) {
            try (Hdf5Group measurement = NexusTree.group(entry, "measurement", "NXcollection")) {
                for (DetectorState state : detectors) {
                    String name = state.description().groupName();
                    measurement.softLink(name, entry.path() + "/instrument/" + name + "/data");
                }
            }
        }

        private void sample(Hdf5Group entry) {
            try (Hdf5Group sample = NexusTree.group(entry, "sample", "NXsample")) {
                sample.write("name", scan.identity().sample());
            }
        }

        /** Says that files of the scan were made anew, and of what. */
        private void recovery(Hdf5Group entry) {
            String words = scan.progress().recovery();
            if (words == null) {
                return;
            }
            try (Hdf5Group process = NexusTree.group(entry, "recovery", "NXprocess")) {
                process.write("program", NexusTree.CREATOR);
                process.write("version", NexusTree.creatorVersion());
                process.write("date", NexusTree.time(scan.progress().since()));
                process.write("description", words);
            }
        }

        /** Writes the state, and what says that the scan is complete last of all. */
        private void end(Hdf5Group entry) {
            ScanProgress progress = scan.progress();
            try (Hdf5Group writer = NexusTree.group(entry, "writer", "NXnote")) {
                writer.write("status", progress.status().name());
                writer.write("date", NexusTree.time(progress.since()));
            }
            if (progress.endReason() != null) {
                entry.write("end_reason", progress.endReason());
            }
            if (progress.endTime() != null) {
                entry.write("end_time", NexusTree.time(progress.endTime()));
            }
        }
    }
}
