package org.penstock.daemon.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.nexus.MissingFrames;
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
    private final String reason;
    private boolean isRecovered;
    private boolean isWithScan;
    private boolean isTold;

    StreamEnding(OpenedStream stream, Ending ending, long duplicates) {
        this.stream = stream;
        this.ending = ending;
        this.duplicates = duplicates;
        this.lane = stream.lane();
        this.frames = frames();
        this.reason = reason();
    }

    /** What came is kept: a frame beyond the count of END may have been under way on another connection. */
    private long frames() {
        Long said = ending.frames();
        if (said != null) {
            return Math.max(said, lane.ledger().end());
        }
        long announced = stream.terms().frames();
        return announced == StreamTerms.UNLIMITED || ending.isAborted()
                ? lane.ledger().end()
                : announced;
    }

    private String reason() {
        Long said = ending.frames();
        return said == null || said >= frames
                ? ending.reason()
                : ending.reason() + "; END said " + said + " frames, and frame " + (frames - 1)
                        + " had come over another connection";
    }

    /**
     * Ends it; the report is kept before the scan forgets the stream, and given to {@code done} afterwards. Whatever fails, {@code done} is called, once: the
     * stream holds memory, and its client waits.
     */
    void run(ScanRegistry scans, Reports reports, Consumer<Report> done) {
        ScanRegistry.OpenedFiles files = stream.files();
        if (files == null) {
            done.accept(report(new Outcome(isWhole() ? null : reason, MissingFrames.of(List.of())), List.of()));
            return;
        }
        Steps steps = new Steps(scans, files, reports, done);
        ScanRegistry.Ended how = new ScanRegistry.Ended(ending.isSaid(), ending.isAborted(), frames, reason);
        steps.guarded(() -> files.close(storedFrames(), how, closing -> steps.guarded(() -> steps.closed(closing))));
    }

    private long storedFrames() {
        long every = lane.geometry().every();
        return (frames + every - 1) / every;
    }

    /** What follows from one another until the report is told. */
    private final class Steps {
        private final ScanRegistry scans;
        private final ScanRegistry.OpenedFiles files;
        private final Reports reports;
        private final Consumer<Report> done;

        Steps(ScanRegistry scans, ScanRegistry.OpenedFiles files, Reports reports, Consumer<Report> done) {
            this.scans = scans;
            this.files = files;
            this.reports = reports;
            this.done = done;
        }

        /** All parts are closed, at once or after they were made of several sources. */
        void closed(StreamFiles.Closing closing) {
            isRecovered = closing.isRecovered();
            MissingFrames missing = missing(closing.unreadable());
            endInScan(new Outcome(problem(closing, missing), missing));
        }

        private void endInScan(Outcome outcome) {
            isWithScan = true;
            String problem = outcome.problem();
            StreamEnd end = new StreamEnd(
                    storedFrames(), problem == null, ending.isAborted(), problem == null ? reason : problem);
            scans.end(files, end, unpublished -> shown(problem == null ? outcome.with(unpublished) : outcome));
        }

        private Runnable shown(Outcome outcome) {
            Report report = report(outcome, files());
            reports.keep(report);
            return () -> tell(report);
        }

        private void tell(Report report) {
            if (!isTold) {
                isTold = true;
                done.accept(report);
            }
        }

        /** Does a step. One that fails in a way that nobody foresaw is the last: the stream ends as incomplete, and its journals stay. */
        void guarded(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException e) {
                LOG.error("end of a stream failed: detector={}, stream={}", lane.detector(), lane.id(), e);
                giveUp("stream not closed as it should be, its journals stay: detector=" + lane.detector()
                        + ", problem=" + e);
            }
        }

        private void giveUp(String problem) {
            Outcome outcome = new Outcome(problem, missing(List.of()));
            try {
                files.files().unfinished(problem);
                if (!isWithScan) {
                    endInScan(outcome);
                    return;
                }
            } catch (RuntimeException e) {
                LOG.error("scan not told that a stream has ended: detector={}", lane.detector(), e);
            }
            // which files there are the log says
            tell(report(outcome, List.of()));
        }
    }

    /** What is wrong with the stream, or null, and what is missing of it. */
    private record Outcome(@Nullable String problem, MissingFrames missing) {
        Outcome with(@Nullable String newProblem) {
            return new Outcome(newProblem, missing);
        }
    }

    /** Returns why the stream is not complete, or null when it is. */
    private @Nullable String problem(StreamFiles.Closing closing, MissingFrames missing) {
        if (lane.failure() != null) {
            return lane.failure();
        }
        if (closing.problem() != null) {
            return closing.problem();
        }
        return missing.frames() == 0 && isWhole() ? null : reason;
    }

    /** Without END and without an announced number nobody knows whether more was to come. */
    private boolean isWhole() {
        return !ending.isAborted() && (ending.isSaid() || stream.terms().frames() != StreamTerms.UNLIMITED);
    }

    /** Frames that should be in the files and are not; those left out on the client's wish are not missing. A report has the first of them. */
    private MissingFrames missing(List<FrameRange> unreadableStored) {
        FrameSet written = lane.marks().safeFrames();
        long every = lane.geometry().every();
        for (FrameRange range : unreadableStored) {
            for (long frame = range.first(); frame < range.end(); frame++) {
                written.remove(frame * every);
            }
        }
        if (every == 1) {
            return new MissingFrames(written.absent(0, frames, Report.MAX_RANGES), frames - written.count(0, frames));
        }
        List<FrameRange> first = new ArrayList<>();
        for (long frame = 0; frame < frames && first.size() < Report.MAX_RANGES; frame += every) {
            if (!written.contains(frame)) {
                first.add(new FrameRange(frame, 1));
            }
        }
        return new MissingFrames(first, storedFrames() - written.count(0, frames));
    }

    private Report report(Outcome outcome, List<String> files) {
        String problem = outcome.problem();
        MissingFrames missing = outcome.missing();
        Report report = new Report(
                lane.id(),
                lane.detector(),
                stream.answer().scan(),
                stream.answer().entry(),
                ending.isAborted() ? Report.ABORTED : problem == null ? Report.COMPLETE : Report.INCOMPLETE,
                problem == null ? reason : problem,
                isRecovered,
                frames,
                lane.ledger().received(),
                lane.marks().safeFrames().count(),
                durableFrames(),
                lane.losses().count(Loss.DROPPED),
                lane.skipped(),
                duplicates,
                missing.frames(),
                missing.ranges(),
                lane.losses().ranges(Loss.DROPPED, Report.MAX_RANGES),
                lane.losses().ranges(Loss.TOO_LATE, Report.MAX_RANGES),
                lane.losses().ranges(Loss.REFUSED, Report.MAX_RANGES),
                lane.marks().safeFrames().count() * lane.geometry().frameBytes(),
                lane.storedBytesWritten(),
                (System.nanoTime() - stream.openedNs()) / 1e9,
                files,
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
                missing.frames(),
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
}
