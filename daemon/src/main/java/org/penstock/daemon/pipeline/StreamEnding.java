package org.penstock.daemon.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.scan.ScanRegistry;
import org.penstock.daemon.scan.StreamEnd;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.Report;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a stream on hdf5-writer: counts what is missing, closes the files, makes the report.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
final class StreamEnding {
    private static final Logger LOG = LoggerFactory.getLogger(StreamEnding.class);

    private final OpenedStream stream;
    private final Ending ending;
    private final long duplicates;
    private final StreamLane lane;
    private final long frames;

    StreamEnding(OpenedStream stream, Ending ending, long duplicates) {
        this.stream = stream;
        this.ending = ending;
        this.duplicates = duplicates;
        this.lane = stream.lane();
        this.frames = frames();
    }

    private long frames() {
        Long said = ending.frames();
        if (said != null) {
            return said;
        }
        long announced = stream.terms().frames();
        return announced == StreamTerms.UNLIMITED || ending.isAborted()
                ? lane.ledger().end()
                : announced;
    }

    void run(ScanRegistry scans, Consumer<Report> done) {
        List<FrameRange> missing = missing();
        long missingFrames = missing.stream().mapToLong(FrameRange::count).sum();
        boolean isComplete = missingFrames == 0 && lane.failure() == null && isWhole();
        ScanRegistry.OpenedFiles files = stream.files();
        if (files == null) {
            done.accept(report(isComplete, missing, missingFrames));
            return;
        }
        long every = lane.geometry().every();
        StreamEnd end = new StreamEnd((frames + every - 1) / every, isComplete, ending.isAborted(), ending.reason());
        scans.end(files, end, () -> done.accept(report(isComplete, missing, missingFrames)));
    }

    /** Without END and without an announced number nobody knows whether more was to come. */
    private boolean isWhole() {
        return !ending.isAborted() && (ending.isSaid() || stream.terms().frames() != StreamTerms.UNLIMITED);
    }

    /** Frames that should be in the files and are not; those left out on the client's wish are not missing. */
    private List<FrameRange> missing() {
        if (!stream.terms().isSaved()) {
            return List.of();
        }
        FrameSet written = lane.marks().writtenFrames();
        long every = lane.geometry().every();
        if (every == 1) {
            return written.absent(0, frames, Integer.MAX_VALUE);
        }
        FrameSet absent = new FrameSet();
        for (long frame = 0; frame < frames; frame += every) {
            if (!written.contains(frame)) {
                absent.add(frame);
            }
        }
        return absent.ranges(Integer.MAX_VALUE);
    }

    private Report report(boolean isComplete, List<FrameRange> missing, long missingFrames) {
        String state = ending.isAborted() ? Report.ABORTED : isComplete ? Report.COMPLETE : Report.INCOMPLETE;
        String failure = lane.failure();
        Report report = new Report(
                lane.id(),
                lane.detector(),
                stream.answer().scan(),
                stream.answer().entry(),
                state,
                failure == null ? ending.reason() : failure,
                frames,
                lane.ledger().received(),
                lane.marks().writtenFrames().count(),
                lane.dropped().count(),
                lane.skipped(),
                duplicates,
                missingFrames,
                cut(missing),
                lane.dropped().ranges(Report.MAX_RANGES),
                lane.tooLate().ranges(Report.MAX_RANGES),
                lane.rawBytesWritten(),
                lane.storedBytesWritten(),
                (System.nanoTime() - stream.openedNs()) / 1e9,
                files(),
                stream.answer().scanFile(),
                stream.answer().datasetFile());
        LOG.info(
                "stream ended: detector={}, scan={}, state={}, reason={}, written={} of {}, missing={}, stored={} of {} bytes",
                report.detector(),
                report.entry(),
                state,
                report.reason(),
                report.framesWritten(),
                frames,
                missingFrames,
                report.bytesStored(),
                report.bytesRaw());
        return report;
    }

    private List<String> files() {
        ScanRegistry.OpenedFiles files = stream.files();
        return files == null
                ? List.of()
                : files.remainingFiles().stream().map(Path::toString).toList();
    }

    private static List<FrameRange> cut(List<FrameRange> ranges) {
        return ranges.size() <= Report.MAX_RANGES ? ranges : ranges.subList(0, Report.MAX_RANGES);
    }
}
