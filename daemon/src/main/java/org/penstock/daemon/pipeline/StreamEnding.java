package org.penstock.daemon.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.ring.FrameMarks;
import org.penstock.daemon.ring.Loss;
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
    private boolean isRecovered;

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

    /** Ends it; the report is kept before the scan forgets the stream, and given to {@code done} afterwards. */
    void run(ScanRegistry scans, Reports reports, Consumer<Report> done) {
        long every = lane.geometry().every();
        long storedFrames = (frames + every - 1) / every;
        ScanRegistry.OpenedFiles files = stream.files();
        if (files == null) {
            done.accept(report(isWhole() ? null : ending.reason(), List.of()));
            return;
        }
        ScanRegistry.Ended how = new ScanRegistry.Ended(ending.isSaid(), ending.isAborted(), frames, ending.reason());
        files.close(
                storedFrames,
                how,
                closing -> closed(scans, files, closing, outcome -> {
                    Report report = report(outcome.problem(), outcome.missing());
                    reports.keep(report);
                    return () -> done.accept(report);
                }));
    }

    /** All parts are closed, at once or after they were made of several sources. */
    private void closed(
            ScanRegistry scans,
            ScanRegistry.OpenedFiles files,
            StreamFiles.Closing closing,
            Function<Outcome, Runnable> done) {
        long every = lane.geometry().every();
        isRecovered = closing.isRecovered();
        List<FrameRange> missing = missing(closing.unreadable());
        String problem = problem(closing, missing);
        String reason = problem == null ? ending.reason() : problem;
        StreamEnd end = new StreamEnd((frames + every - 1) / every, problem == null, ending.isAborted(), reason);
        scans.end(files, end, unpublished -> done.apply(new Outcome(problem == null ? unpublished : problem, missing)));
    }

    /** What is wrong with the stream, or null, and what is missing of it. */
    private record Outcome(@Nullable String problem, List<FrameRange> missing) {}

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
        FrameSet written = lane.marks().safeFrames();
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
                isRecovered,
                frames,
                lane.ledger().received(),
                lane.marks().safeFrames().count(),
                durableFrames(),
                lane.losses().count(Loss.DROPPED),
                lane.skipped(),
                duplicates,
                missingFrames,
                cut(missing),
                lane.losses().ranges(Loss.DROPPED, Report.MAX_RANGES),
                lane.losses().ranges(Loss.TOO_LATE, Report.MAX_RANGES),
                lane.losses().ranges(Loss.REFUSED, Report.MAX_RANGES),
                lane.marks().safeFrames().count() * lane.geometry().frameBytes(),
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

    private long durableFrames() {
        FrameMarks durable = lane.durable();
        return durable == null ? 0 : durable.safeFrames().count();
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
