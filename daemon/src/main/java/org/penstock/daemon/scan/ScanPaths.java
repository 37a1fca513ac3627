package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.PathTemplate;
import org.penstock.daemon.config.ScanConfig;
import org.penstock.daemon.config.StorageConfig;
import org.penstock.daemon.nexus.ScanIdentity;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.ScanRequest;

/**
 * Where a scan lies, as the ESRF lays its data out, below the data directory and nowhere else.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param datasetFolder folder of the dataset, {@code …/RAW_DATA/sample/sample_0001}
 * @param names who, where and what
 */
record ScanPaths(Path datasetFolder, Names names) {
    private static final int MOST_PATH_BYTES = 4000;

    /** The path parts, checked. */
    record Names(String proposal, String beamline, String session, String sample, String dataset) {
        String datasetName() {
            return sample + "_" + dataset;
        }

        private String value(PathTemplate.Field field) {
            return switch (field) {
                case PROPOSAL -> proposal;
                case BEAMLINE -> beamline;
                case SESSION -> session;
                case SAMPLE -> sample;
                case DATASET -> dataset;
            };
        }
    }

    /**
     * Resolves a request.
     *
     * @throws ProtocolException with code {@code bad_name} when a name or what is composed of it is refused
     */
    static ScanPaths of(ScanRequest request, ScanConfig defaults, StorageConfig storage, LocalDate today) {
        Names names = new Names(
                name("scan.proposal", request.proposal(), defaults.proposalOn(today)),
                name("scan.beamline", request.beamline(), defaults.beamline()),
                name("scan.session", request.session(), defaults.sessionOn(today)),
                name("scan.sample", request.sample(), defaults.sample()),
                name("scan.dataset", request.dataset(), defaults.dataset()));
        Path folder = storage.dataDir().resolve(storage.pathTemplate().resolve(names::value));
        folder.forEach(part -> NamePart.composed("scan", part.toString()));
        NamePart.composed("scan.dataset", names.datasetName() + ".h5");
        NamePart.composed("scan.sample", names.proposal() + "_" + names.sample() + ".h5");
        NamePart.composed("scan.beamline", names.proposal() + "_" + names.beamline() + ".h5");
        if (folder.toString().length() > MOST_PATH_BYTES) {
            throw new ProtocolException(
                    ErrorCode.BAD_NAME,
                    "path too long once composed: expected<=" + MOST_PATH_BYTES + " bytes, path=" + folder);
        }
        return new ScanPaths(requireBelow(storage.dataDir(), folder), names);
    }

    private static String name(String key, @Nullable String asked, String otherwise) {
        return NamePart.check(key, asked == null ? otherwise : asked);
    }

    /**
     * Refuses a folder that a symbolic link leads out of the root.
     *
     * @return the folder
     */
    static Path requireBelow(Path root, Path folder) {
        Path existing = folder;
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        try {
            Path real = existing.toRealPath();
            if (!real.startsWith(root.toRealPath())) {
                throw new ProtocolException(
                        ErrorCode.BAD_NAME,
                        "folder leads out of the data directory: folder=" + folder + ", is=" + real + ", allowed="
                                + root);
            }
            return folder;
        } catch (IOException e) {
            throw new ProtocolException(ErrorCode.STORAGE, "folder cannot be looked at: folder=" + existing, e);
        }
    }

    ScanIdentity identity(int number) {
        return new ScanIdentity(
                names.proposal(), names.beamline(), names.session(), names.sample(), names.dataset(), number);
    }

    /** Returns {@code scan0001}. */
    static String scanName(int number) {
        return String.format(Locale.ROOT, "scan%04d", number);
    }

    Path scanFolder(int number) {
        return datasetFolder.resolve(scanName(number));
    }

    Path scanFile(int number) {
        return scanFolder(number).resolve(scanName(number) + ".h5");
    }

    Path datasetFile() {
        return datasetFolder.resolve(names.datasetName() + ".h5");
    }

    /** Returns the sample master, one folder up. */
    Path sampleFile() {
        return datasetFolder.resolveSibling(names.proposal() + "_" + names.sample() + ".h5");
    }

    /** Returns the proposal master, two folders up. */
    Path proposalFile() {
        Path samples = datasetFolder.resolveSibling(".").normalize();
        return samples.resolveSibling(names.proposal() + "_" + names.beamline() + ".h5");
    }
}
