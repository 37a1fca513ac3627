package org.penstock.daemon.storage;

import java.nio.file.Path;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.nexus.ScanDescription;
import org.penstock.daemon.nexus.ScanIdentity;
import org.penstock.daemon.nexus.ScanProgress;

/**
 * A scan as its journals keep it, in JSON: what its masters show besides its metadata, and where they are.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param scan its id
 * @param number of the scan in its dataset
 * @param startTime ISO 8601 with offset
 * @param instrument full name
 * @param streams how many streams make the scan
 * @param folder absolute path of the folder that the other paths start from
 * @param scanFile its master, relative to the folder, or null for none
 * @param datasetFile the dataset master, relative to the folder, or null for none
 * @param sampleFile the sample master, relative to the folder, or null for none
 * @param proposalFile the proposal master, relative to the folder, or null for none
 */
public record ScanRecord(
        String scan,
        String proposal,
        String beamline,
        String session,
        String sample,
        String dataset,
        int number,
        String title,
        String startTime,
        String instrument,
        int streams,
        String folder,
        @Nullable String scanFile,
        @Nullable String datasetFile,
        @Nullable String sampleFile,
        @Nullable String proposalFile) {

    /** The masters of a scan, absolute; all null when another program writes them. */
    public record Files(
            @Nullable Path scan,
            @Nullable Path dataset,
            @Nullable Path sample,
            @Nullable Path proposal) {
        /** No masters. */
        public static final Files NONE = new Files(null, null, null, null);
    }

    /** Describes a scan that is opened. */
    public static ScanRecord of(String scan, ScanDescription description, int streams, Path folder, Files files) {
        ScanIdentity identity = description.identity();
        return new ScanRecord(
                scan,
                identity.proposal(),
                identity.beamline(),
                identity.session(),
                identity.sample(),
                identity.dataset(),
                identity.number(),
                description.title(),
                description.startTime().toString(),
                description.instrumentName(),
                streams,
                folder.toString(),
                relative(folder, files.scan()),
                relative(folder, files.dataset()),
                relative(folder, files.sample()),
                relative(folder, files.proposal()));
    }

    /** Returns the scan as its master is to show it. */
    public ScanDescription description(ScanProgress progress, ScanMetadata metadata) {
        ScanIdentity identity = new ScanIdentity(proposal, beamline, session, sample, dataset, number);
        return new ScanDescription(identity, title, OffsetDateTime.parse(startTime), instrument, progress, metadata);
    }

    /** Returns the masters. */
    public Files files() {
        return new Files(absolute(scanFile), absolute(datasetFile), absolute(sampleFile), absolute(proposalFile));
    }

    /** Returns the same scan in another folder: it was moved as a whole. */
    public ScanRecord in(Path newFolder) {
        return new ScanRecord(
                scan,
                proposal,
                beamline,
                session,
                sample,
                dataset,
                number,
                title,
                startTime,
                instrument,
                streams,
                newFolder.toString(),
                scanFile,
                datasetFile,
                sampleFile,
                proposalFile);
    }

    private @Nullable Path absolute(@Nullable String file) {
        return file == null ? null : Path.of(folder).resolve(file).normalize();
    }

    private static @Nullable String relative(Path folder, @Nullable Path file) {
        return file == null ? null : folder.relativize(file).toString();
    }
}
