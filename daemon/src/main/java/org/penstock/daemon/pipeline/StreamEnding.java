package org.penstock.daemon.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.scan.ScanRegistry;
import org.penstock.daemon.scan.StreamEnd;
import org.penstock.daemon.scan.StreamFiles;
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
    private long unreadable;

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
        long every = lane.geometry().every();
        long storedFrames = (frames + every - 1) / every;
        ScanRegistry.OpenedFiles files = stream.files();
        if (files == null) {
            done.accept(report(isWhole() ? null : ending.reason(), List.of()));
            return;
        }
        StreamFiles.Closing closing = files.close(storedFrames);
        unreadable = closing.unreadable().stream().mapToLong(FrameRange::count).sum();
        List<FrameRange> missing = missing(closing.unreadable());
        String problem = problem(closing, missing);
        String reason = problem == null ? ending.reason() : problem;
        StreamEnd end = new StreamEnd(storedFrames, problem == null, ending.isAborted(), reason);
        scans.end(files, end, unpublished -> done.accept(report(problem == null ? unpublished : problem, missing)));
    }

    /** Returns why the stream is not complete, or null when it is. */
    private @Nullable String problem(StreamFiles.Closing closing, List<FrameRange> missing) {
        if (lane.failure() != null) {
            return lane.failure();
        }
        if (closing.problem() != null) {
            return closing.problem();
        }
        return missing.isEmpty() && isWhole() ? null : ending.reason();
    }

    /** Without END and without an announced number nobody knows whether more was to come. */
    private boolean isWhole() {
        return !ending.isAborted() && (ending.isSaid() || stream.terms().frames() != StreamTerms.UNLIMITED);
    }

    /** Frames that should be in the files and are not; those left out on the client's wish are not missing. */
    private List<FrameRange> missing(List<FrameRange> unreadableStored) {
        FrameSet written = lane.marks().writtenFrames();
        long every = lane.geometry().every();
        for (FrameRange range : unreadableStored) {
            for (long frame = range.first(); frame < range.end(); frame++) {
                written.remove(frame * every);
            }
        }
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

    private Report report(@Nullable String problem, List<FrameRange> missing) {
        long missingFrames = missing.stream().mapToLong(FrameRange::count).sum();
        Report report = new Report(
                lane.id(),
                lane.detector(),
                stream.answer().scan(),
                stream.answer().entry(),
                ending.isAborted() ? Report.ABORTED : problem == null ? Report.COMPLETE : Report.INCOMPLETE,
                problem == null ? ending.reason() : problem,
                false,
                frames,
                lane.ledger().received(),
                lane.marks().writtenFrames().count(),
                0,
                lane.dropped().count(),
                lane.skipped(),
                duplicates,
                missingFrames,
                cut(missing),
                lane.dropped().ranges(Report.MAX_RANGES),
                lane.tooLate().ranges(Report.MAX_RANGES),
                lane.rawBytesWritten() - unreadable * lane.geometry().frameBytes(),
                lane.storedBytesWritten(),
                (System.nanoTime() - stream.openedNs()) / 1e9,
                files(),
                stream.answer().scanFile(),
                stream.answer().datasetFile());
        LOG.info(
                "stream ended: detector={}, scan={}, state={}, reason={}, written={} of {}, missing={}, stored={} of {} bytes",
                report.detector(),
                report.entry(),
                report.state(),
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
