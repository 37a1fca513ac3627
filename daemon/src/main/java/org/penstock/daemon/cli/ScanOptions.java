package org.penstock.daemon.cli;

import org.jspecify.annotations.Nullable;
import org.penstock.protocol.LimaSaving;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ScanRequest;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What of {@code penstock send} goes into {@link OpenStream} as it is; the daemon checks it. */
final class ScanOptions {
    @Option(names = "--proposal", paramLabel = "P", description = "Proposal, such as hc5832.")
    private @Nullable String proposal;

    @Option(names = "--beamline", paramLabel = "B", description = "Beamline, such as id13.")
    private @Nullable String beamline;

    @Option(names = "--session", paramLabel = "S", description = "Session, such as 20261123.")
    private @Nullable String session;

    @Option(names = "--sample", paramLabel = "S", description = "Sample: the collection.")
    private @Nullable String sample;

    @Option(names = "--dataset", paramLabel = "D", description = "Dataset of the sample.")
    private @Nullable String dataset;

    @Option(names = "--title", paramLabel = "T", description = "Title of the scan.")
    private @Nullable String title;

    @Option(names = "--number", paramLabel = "N", description = "Scan number; default: the next free one.")
    private @Nullable Integer number;

    @Option(
            names = "--streams",
            paramLabel = "N",
            description = "How many streams make the scan; the others join it (default: 1).")
    private @Nullable Integer streams;

    @Option(names = "--join", paramLabel = "SCAN", description = "Join this scan instead of beginning one.")
    private @Nullable String join;

    @Option(
            names = "--codec",
            paramLabel = "CODEC",
            description =
                    "bslz4, lz4, zstd:LEVEL, blosc:COMPRESSOR:SHUFFLE:LEVEL, gzip:LEVEL:SHUFFLE or none; default: the daemon's.")
    private @Nullable String codec;

    @Option(
            names = "--frames-per-file",
            paramLabel = "N",
            description = "Frames of a part file; default: by size and rate.")
    private @Nullable Long framesPerFile;

    @Option(names = "--every", paramLabel = "N", description = "Have only frames 0, N, 2N, … stored.")
    private @Nullable Long every;

    @Option(names = "--no-save", description = "Have frames received, counted and thrown away.")
    private boolean isNotSaved;

    @Option(
            names = "--overflow",
            paramLabel = "block|drop",
            description =
                    "What the daemon does when it cannot follow: hold the sender back (default), or drop frames, count and name them.")
    private @Nullable String overflow;

    @Option(
            names = "--ack",
            paramLabel = "written|durable",
            description = "What the daemon acknowledges: frames that survive its death (default), or power loss.")
    private @Nullable String ack;

    @ArgGroup(
            exclusive = false,
            heading = "%nNames as LImA gives them, where a control system such as BLISS decides:%n")
    private @Nullable LimaOptions lima;

    /** LImA's saving parameters. */
    static final class LimaOptions {
        @Option(
                names = "--lima-directory",
                paramLabel = "DIR",
                description = "Folder, relative to the daemon's data directory.")
        private @Nullable String directory;

        @Option(names = "--lima-prefix", paramLabel = "TEXT", description = "What file names begin with.")
        private @Nullable String prefix;

        @Option(
                names = "--lima-index-format",
                paramLabel = "FORMAT",
                description = "Number in file names (default: %%04d).")
        private @Nullable String indexFormat;

        @Option(names = "--lima-next-number", paramLabel = "N", description = "Number of the first file (default: 0).")
        private @Nullable Integer nextNumber;

        @Option(
                names = "--master",
                paramLabel = "scan|none",
                description = "Write a scan master (default), or part files only.")
        private @Nullable String master;

        LimaSaving saving(@Nullable Long framesPerFile) {
            return new LimaSaving(directory, prefix, indexFormat, nextNumber, framesPerFile, null, null, null, master);
        }
    }

    private @Nullable ScanRequest scan() {
        ScanRequest scan =
                new ScanRequest(join, proposal, beamline, session, sample, dataset, title, number, streams, null);
        return scan.equals(ScanRequest.DEFAULTS) ? null : scan;
    }

    /** Completes a stream of which detector, type, shape and number of frames are known. */
    OpenStream complete(OpenStream stream, int connections, @Nullable Double rateHz) {
        return stream.toBuilder()
                .codec(codec)
                .ack(ack)
                .overflow(overflow)
                .connections(connections)
                .save(isNotSaved ? Boolean.FALSE : null)
                .every(every)
                .rateHz(rateHz)
                .framesPerFile(framesPerFile)
                .scan(scan())
                .lima(lima == null ? null : lima.saving(framesPerFile))
                .build();
    }
}
