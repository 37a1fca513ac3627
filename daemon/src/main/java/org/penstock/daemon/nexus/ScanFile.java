package org.penstock.daemon.nexus;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.StorageException;

/**
 * A scan master that lies on the disk, and where it belongs by what is in it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param file the scan master
 * @param entry name of its entry
 * @param proposal name
 * @param beamline short name
 * @param collection name of its dataset: {@code sample_0001}
 * @param startTime when the scan began
 * @param problem why it is not known where it belongs, or null
 */
record ScanFile(
        Path file,
        String entry,
        String proposal,
        String beamline,
        String collection,
        Instant startTime,
        @Nullable String problem) {
    private static final Pattern FOLDER = Pattern.compile("scan[0-9]{4,}");

    static boolean isNamedLikeOne(Path file) {
        Path folder = file.getParent();
        String name = folder == null ? "" : String.valueOf(folder.getFileName());
        return FOLDER.matcher(name).matches() && file.endsWith(name + ".h5") && folderOf(folder) != null;
    }

    static ScanFile read(Path path) {
        try (Hdf5File file = Hdf5File.openReadOnly(path)) {
            MasterFile.requireOurs(file, path);
            String entry = file.root().stringAttribute("default");
            if (entry == null) {
                return unknown(path, "no default entry");
            }
            try (Hdf5Group group = file.root().openGroup(entry)) {
                return read(path, entry, group);
            }
        } catch (StorageException e) {
            return unknown(path, String.valueOf(e.getMessage()));
        }
    }

    private static ScanFile read(Path path, String entry, Hdf5Group group) {
        String proposal = text(group, "experiment_identifier");
        String collection = text(group, "collection_identifier");
        String start = text(group, "start_time");
        String beamline = null;
        if (group.leadsToObject("instrument/name")) {
            try (Hdf5Dataset name = group.openDataset("instrument/name")) {
                beamline = name.stringAttribute("short_name");
            }
        }
        if (proposal == null || collection == null || beamline == null || start == null) {
            return unknown(
                    path,
                    "its template does not say where it belongs: expected=experiment_identifier, collection_identifier, start_time and"
                            + " instrument/name@short_name");
        }
        try {
            Instant began = OffsetDateTime.parse(start).toInstant();
            return new ScanFile(path, entry, proposal, beamline, collection, began, null);
        } catch (DateTimeException e) {
            return unknown(path, "start_time is no time: " + e.getMessage());
        }
    }

    private static ScanFile unknown(Path path, String problem) {
        return new ScanFile(path, "", "", "", "", Instant.EPOCH, problem);
    }

    private static @Nullable String text(Hdf5Group group, String name) {
        if (!group.hasLink(name)) {
            return null;
        }
        try (Hdf5Dataset dataset = group.openDataset(name)) {
            return dataset.text();
        }
    }

    /** Returns the dataset master that it belongs to. */
    Path datasetFile() {
        return datasetFolder().resolve(collection + ".h5");
    }

    /** Returns its dataset, sample and proposal master. */
    List<LinkTree.Master> masters() {
        Path sampleFolder = datasetFolder().resolveSibling("").normalize();
        Path proposalFolder = sampleFolder.resolveSibling("").normalize();
        String folder = String.valueOf(sampleFolder.getFileName());
        int dataset = collection.lastIndexOf('_');
        String sample = collection.startsWith(folder + "_") ? folder : collection.substring(0, Math.max(dataset, 0));
        return List.of(
                new LinkTree.Master(datasetFile(), datasetFolder(), true),
                new LinkTree.Master(sampleFolder.resolve(proposal + "_" + sample + ".h5"), sampleFolder, false),
                new LinkTree.Master(proposalFolder.resolve(proposal + "_" + beamline + ".h5"), proposalFolder, false));
    }

    private Path datasetFolder() {
        return Objects.requireNonNull(folderOf(Objects.requireNonNull(file.getParent())));
    }

    private static @Nullable Path folderOf(@Nullable Path folder) {
        return folder == null ? null : folder.getParent();
    }
}
