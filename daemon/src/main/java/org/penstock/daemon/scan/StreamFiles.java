package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.EncodedChunk;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.nexus.DetectorState;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.PartRebuild;
import org.penstock.daemon.storage.PartReplay;
import org.penstock.daemon.storage.RebuildJob;
import org.penstock.daemon.storage.RebuildResult;
import org.penstock.daemon.storage.ScanRecord;
import org.penstock.daemon.storage.StreamRecord;
import org.penstock.daemon.storage.SyncThread;
import org.penstock.protocol.FrameRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part files of one stream: opened as their first chunk comes, closed when they are full, immutable from then on.
 *
 * <p>A part with a hole stays open until the stream ends or frames have moved on by more parts than may be open. A part whose source broke, or crashed
 * with the daemon, goes on in another source; when it is closed, one file is made of them by {@link Rebuilds}, and the stream does not wait.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
public final class StreamFiles {
    private static final Logger LOG = LoggerFactory.getLogger(StreamFiles.class);

    private final ScanRecord scan;
    private final StreamRecord record;
    private final DetectorDescription detector;
    private final FrameGeometry geometry;
    private final ScanJournal journal;
    private final Settings settings;
    private final boolean isDurable;

    private final SafeFrames safe = new SafeFrames();
    private final TreeMap<Long, OpenPart> open = new TreeMap<>();
    private final ClosedParts closed;
    private final FrameSet unreadable = new FrameSet();
    private Safety safety = Safety.NONE;
    private long expectedFrames;
    private boolean isRecovered;

    // parts that are being rebuilt, or synced before the stream may end
    private int closing;
    private @Nullable String problem;
    private @Nullable Consumer<Closing> whenClosed;

    /**
     * What all streams share.
     *
     * @param syncInterval how long a written frame of a durable stream waits for the disk
     * @param syncBytes how many bytes wait for it
     * @param dataDir folder of all that is written
     */
    record Settings(
            Folders folders,
            Clock clock,
            Journals journals,
            SyncThread syncer,
            Rebuilds rebuilds,
            Duration syncInterval,
            long syncBytes,
            Path dataDir) {}

    /**
     * What became of the parts of a stream that has ended.
     *
     * @param problem what could not be closed as it should be, or null
     * @param unreadable frames that were written, and that no reader will find
     * @param isRecovered whether a part was made anew of what a crash or a failure left
     */
    public record Closing(@Nullable String problem, List<FrameRange> unreadable, boolean isRecovered) {}

    StreamFiles(ScanRecord scan, StreamRecord record, ScanJournal journal, Settings settings) {
        this.scan = scan;
        this.record = record;
        this.detector = record.description();
        this.geometry = record.geometry();
        this.journal = journal;
        this.closed = new ClosedParts(record);
        this.settings = settings;
        this.isDurable = "durable".equals(record.delivery().ack());
        this.expectedFrames = record.storedFrames();
    }

    /** Says who is told what becomes of frames. */
    public void listen(Safety listener) {
        safety = listener;
    }

    Safety safety() {
        return safety;
    }

    /**
     * Writes one chunk.
     *
     * @throws StorageException when no file can take it
     */
    public Outcome write(EncodedChunk chunk) {
        OpenPart part = part(chunk.firstFrame());
        if (part == null) {
            return Outcome.TOO_LATE;
        }
        if (!part.write(source -> source.write(chunk))) {
            return Outcome.NO_ROOM;
        }
        BitSet present = chunk.present();
        for (int at = present.nextSetBit(0); at >= 0; at = present.nextSetBit(at + 1)) {
            part.frames += safe.addInChunk(chunk.firstFrame() + at) ? 1 : 0;
        }
        if (part.frames == capacity(part.number)) {
            close(part);
        }
        return Outcome.STORED;
    }

    /**
     * Keeps frames of a chunk that is not full yet.
     *
     * @throws StorageException when no file can take them
     */
    public Outcome keep(EncodedChunk chunk, BitSet positions) {
        OpenPart part = part(chunk.firstFrame());
        if (part == null) {
            return Outcome.TOO_LATE;
        }
        if (!part.write(source -> source.keep(chunk, positions))) {
            return Outcome.NO_ROOM;
        }
        positions.stream().forEach(at -> safe.addKept(chunk.firstFrame() + at));
        return Outcome.STORED;
    }

    /** Returns the part of a frame, or null when it is closed. */
    private @Nullable OpenPart part(long frame) {
        long number = geometry.part(frame);
        if (closed.contains(number)) {
            return null;
        }
        OpenPart part = open.get(number);
        if (part == null) {
            while (open.size() >= record.delivery().openParts()) {
                close(open.firstEntry().getValue());
            }
            part = new OpenPart(number, this);
            open.put(number, part);
        }
        return part;
    }

    private long capacity(long part) {
        long first = part * geometry.framesPerFile();
        return Math.min(geometry.framesPerFile(), expectedFrames - first);
    }

    private void close(OpenPart part) {
        long frames = finalFrames(part.number);
        open.remove(part.number);
        closed.add(part.number);
        if (part.journals().isEmpty()) {
            return; // the disk was full from its first chunk on
        }
        if (!part.hasOneSource() || !seal(part, frames)) {
            rebuild(part, frames);
        }
    }

    /** A part that others have moved on from is whole, whatever came of it. */
    private long finalFrames(long number) {
        long first = number * geometry.framesPerFile();
        long end = Math.min(
                first + geometry.framesPerFile(), expectedFrames == Long.MAX_VALUE ? safe.end() : expectedFrames);
        return open.lastKey() > number ? geometry.framesPerFile() : end - first;
    }

    private boolean seal(OpenPart part, long frames) {
        List<FrameRange> missing = missing(part.number, frames);
        if (!part.seal(frames, missing, OffsetDateTime.now(settings.clock()))) {
            return false;
        }
        closed(part, frames, missing);
        closing += isDurable ? 1 : 0;
        part.retire(failure -> {
            if (failure != null) {
                String what = "part not on the disk for good: file=" + part.file() + ", problem=" + failure;
                problem(what);
                safety.failed(what);
            } else if (isDurable) {
                safety.durable(stored(part.number, frames));
            }
            closing -= isDurable ? 1 : 0;
            closedAll();
        });
        return true;
    }

    private List<FrameRange> missing(long number, long frames) {
        long first = number * geometry.framesPerFile();
        return safe.absent(first, first + frames);
    }

    private List<FrameRange> stored(long number, long frames) {
        long first = number * geometry.framesPerFile();
        return safe.present(first, first + frames);
    }

    private void closed(OpenPart part, long frames, List<FrameRange> missing) {
        journal.note(ScanEvent.closed(record.stream(), part.number, frames, missing));
        closed.show(part.number, frames);
    }

    private void rebuild(OpenPart part, long frames) {
        part.suspend();
        RebuildJob job = job(part, frames, false);
        closing++;
        LOG.info(
                "part is made of its sources: detector={}, part={}, sources={}, file={}",
                record.detector(),
                part.number,
                part.journals().size(),
                part.file());
        settings.rebuilds().submit(job, result -> {
            rebuilt(part, frames, job, result);
            closing--;
            closedAll();
        });
    }

    private RebuildJob job(OpenPart part, @Nullable Long frames, boolean isCheck) {
        List<String> journals = part.journals().stream()
                .filter(Files::exists)
                .map(Path::toString)
                .toList();
        return new RebuildJob(
                part.file().toString(),
                journals,
                frames,
                isCheck,
                settings.folders().fileMode());
    }

    private void rebuilt(OpenPart part, long frames, RebuildJob job, RebuildResult result) {
        isRecovered = true;
        if (result.problem() != null) {
            problem(result.problem());
            stored(part.number, frames).forEach(this::lose);
            return;
        }
        result.bad().forEach(this::lose);
        closed(part, result.frames(), missing(part.number, result.frames()));
        safety.durable(stored(part.number, result.frames()));
        settings.syncer().submit(() -> clear(job), failure -> {
            if (failure != null) {
                LOG.warn("journal not removed: file={}: {}", job.file(), failure.getMessage());
            }
        });
    }

    private void clear(RebuildJob job) throws IOException {
        journal.sync();
        PartRebuild.clear(job);
    }

    /** Frames that were safe are not: told to whoever may still have them, and to the log. */
    private void lose(FrameRange range) {
        LOG.error(
                "acknowledged frames are lost: detector={}, first={}, count={}",
                record.detector(),
                range.first(),
                range.count());
        for (long frame = range.first(); frame < range.end(); frame++) {
            safe.remove(frame);
            unreadable.add(frame);
        }
        safety.takenBack(List.of(range));
    }

    /** Frames of an open part whose source lost them: a client that still has them may send them again. */
    void takeBack(OpenPart part, List<FrameRange> frames) {
        for (FrameRange range : frames) {
            for (long frame = range.first(); frame < range.end(); frame++) {
                part.frames -= safe.remove(frame) ? 1 : 0;
            }
        }
        safety.takenBack(frames);
    }

    private void problem(String message) {
        LOG.error("{}", message);
        problem = problem == null ? message : problem;
    }

    /**
     * Closes all parts: the stream has ended with this many frames stored or missing.
     *
     * @param done called when every part is closed, at once or later
     */
    void finish(long frames, Consumer<Closing> done) {
        expectedFrames = frames;
        whenClosed = done;
        for (OpenPart part : List.copyOf(open.values())) {
            close(part);
        }
        closedAll();
    }

    private void closedAll() {
        Consumer<Closing> done = whenClosed;
        if (done != null && closing == 0) {
            whenClosed = null;
            done.accept(new Closing(problem, unreadable.ranges(Integer.MAX_VALUE), isRecovered));
        }
    }

    /** Notes how long the stream is that had ended before the daemon was started. */
    void endedWith(long frames) {
        expectedFrames = frames;
    }

    /** Closes the files so that they can be read; the stream goes on when the daemon is started again. */
    void suspend() {
        for (OpenPart part : open.values()) {
            boolean isWhole = part.hasOneSource();
            part.suspend();
            long end = safe.endInChunks() - part.number * geometry.framesPerFile();
            if (isWhole && part.frames > 0) {
                closed.show(part.number, Math.min(end, geometry.framesPerFile()));
            }
        }
    }

    /** Has what waits for the disk synced when it is time, and looks after the files. */
    void tick(long nowNs) {
        for (OpenPart part : List.copyOf(open.values())) {
            part.tick(nowNs);
        }
    }

    /**
     * Takes up what an earlier life of the daemon has left.
     *
     * @param isChecked whether parts that go on are read and checked meanwhile
     */
    void restore(ScanReplay.Stream stream, boolean isChecked) {
        new StreamRestore(stream, safety, isChecked).run(this);
    }

    /** Takes up a part that is closed and whole. */
    void restoreClosed(long number, long frames, FrameSet frameSet) {
        closed.add(number);
        safe.addAll(frameSet, frameSet);
        closed.show(number, frames);
    }

    /** Takes up a part that goes on. */
    void restoreOpen(long number, PartReplay replay, FrameSet frameSet, FrameSet inChunkSet) {
        OpenPart part = new OpenPart(number, this);
        part.restore(replay.sources().stream().map(PartReplay.Source::journal).toList());
        open.put(number, part);
        safe.addAll(frameSet, inChunkSet);
        part.frames = inChunkSet.count();
        isRecovered = true;
        if (replay.sources().getFirst().isSuspended()) {
            closed.show(number, inChunkSet.end() - number * geometry.framesPerFile());
        }
    }

    /** Has a part that goes on read and checked. */
    void check(long number, PartReplay replay) {
        OpenPart part = open.get(number);
        if (part == null) {
            return;
        }
        settings.rebuilds().submit(job(part, null, true), result -> {
            if (result.problem() != null) {
                LOG.error("part not checked: file={}: {}", part.file(), result.problem());
            } else if (open.containsValue(part)) {
                takeBack(part, result.bad());
                sync(part, replay, result.good());
            }
        });
    }

    /** What an earlier life of the daemon has written, and never synced. */
    private void sync(OpenPart part, PartReplay replay, List<FrameRange> good) {
        if (!isDurable) {
            return;
        }
        settings.syncer().submit(() -> replay.sync(settings.dataDir()), failure -> {
            if (failure == null) {
                safety.durable(good);
            } else {
                LOG.error("crashed part not synced: file={}: {}", part.file(), failure.getMessage());
                takeBack(part, good);
            }
        });
    }

    /** Has a closed part looked at that had not been synced yet. */
    void recheck(long number, List<Path> journals, long frames) {
        OpenPart part = new OpenPart(number, this);
        part.restore(journals);
        RebuildJob job = job(part, frames, false);
        closing++;
        settings.rebuilds().submit(job, result -> {
            if (result.problem() != null) {
                problem(result.problem());
            } else {
                safe.without(stored(number, frames), result.good()).forEach(this::lose);
                safety.durable(stored(number, frames));
                settings.syncer().submit(() -> clear(job), _ -> {});
            }
            closing--;
            closedAll();
        });
    }

    boolean takeNewParts() {
        return closed.takeNew();
    }

    ScanRecord scan() {
        return scan;
    }

    StreamRecord record() {
        return record;
    }

    DetectorDescription detector() {
        return detector;
    }

    ScanJournal journal() {
        return journal;
    }

    Settings settings() {
        return settings;
    }

    boolean isDurable() {
        return isDurable;
    }

    long expectedFrames() {
        return expectedFrames;
    }

    /** Returns the index after the highest frame that is safe. */
    long storedEnd() {
        return safe.end();
    }

    List<FrameRange> missingBelow(long frames) {
        return safe.absent(0, frames);
    }

    /** Returns how far this detector is, for the master. */
    DetectorState state(boolean hasEnded) {
        long frames = hasEnded && expectedFrames != Long.MAX_VALUE ? expectedFrames : closed.end();
        return new DetectorState(detector, closed.shown(), frames, missingBelow(frames));
    }

    /** Returns whether a part was made anew of what a crash or a failure left. */
    boolean isRecovered() {
        return isRecovered;
    }

    /** Returns whether something of it could not be completed: its journals stay. */
    boolean isUnfinished() {
        return problem != null;
    }

    List<Path> files() {
        return closed.files();
    }

    /** Removes the part files: their data is in the scan master. */
    void remove() {
        closed.remove();
    }
}
