package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.ChunkOutcome;
import org.penstock.daemon.frame.EncodedChunk;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.nexus.DetectorState;
import org.penstock.daemon.nexus.MissingFrames;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.PartReplay;
import org.penstock.daemon.storage.ScanRecord;
import org.penstock.daemon.storage.StreamRecord;
import org.penstock.daemon.storage.SyncThread;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.protocol.FrameRange;

/**
 * The part files of one stream: opened as their first chunk comes, closed when they are full, immutable from then on.
 *
 * <p>A part with a hole stays open until the stream ends or frames have moved on by more parts than may be open. A part whose source broke, or crashed
 * with the daemon, goes on in another source; when it is closed, one file is made of them by {@link Rebuilds}, and the stream does not wait.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
public final class StreamFiles {

    private final ScanRecord scan;
    private final StreamRecord record;
    private final DetectorDescription detector;
    private final FrameGeometry geometry;
    private final ScanJournal journal;
    private final Settings settings;
    private final boolean isDurable;

    private final SafeFrames safe = new SafeFrames();
    private final TreeMap<Long, OpenPart> open = new TreeMap<>();

    /** The one written last, while it is open: to look it up would box its number for each chunk. */
    private @Nullable OpenPart latest;

    private final ClosedParts closed;
    private final ClosingParts closing = new ClosingParts();
    private final PartRepairs repairs = new PartRepairs(this, closing);
    private Safety safety = Safety.NONE;
    private long expectedFrames;
    private boolean isEnding;
    private final FrameSet durable = new FrameSet();

    /**
     * What all streams share.
     *
     * @param syncInterval how long a written frame of a durable stream waits for the disk
     * @param syncBytes how many bytes wait for it
     * @param writebackBytes in what steps they leave the page cache
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
            long writebackBytes,
            Path dataDir,
            Telemetry telemetry) {}

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
    public ChunkOutcome write(EncodedChunk chunk) {
        OpenPart part = part(chunk.firstFrame());
        if (part == null) {
            return ChunkOutcome.TOO_LATE;
        }
        if (!part.write(source -> source.write(chunk))) {
            return ChunkOutcome.NO_ROOM;
        }
        BitSet present = chunk.present();
        for (int at = present.nextSetBit(0); at >= 0; at = present.nextSetBit(at + 1)) {
            part.frames += safe.addInChunk(chunk.firstFrame() + at) ? 1 : 0;
        }
        closeIfFull(part);
        return ChunkOutcome.STORED;
    }

    /**
     * Keeps frames of a chunk that is not full yet.
     *
     * @throws StorageException when no file can take them
     */
    public ChunkOutcome keep(EncodedChunk chunk, BitSet positions) {
        OpenPart part = part(chunk.firstFrame());
        if (part == null) {
            return ChunkOutcome.TOO_LATE;
        }
        if (!part.write(source -> source.keep(chunk, positions))) {
            return ChunkOutcome.NO_ROOM;
        }
        positions.stream().forEach(at -> safe.addKept(chunk.firstFrame() + at));
        return ChunkOutcome.STORED;
    }

    /** Returns the part of a frame, or null when it is closed. */
    private @Nullable OpenPart part(long frame) {
        long number = geometry.part(frame);
        OpenPart part = latest;
        if (part != null && part.number == number) {
            return part;
        }
        if (closed.contains(number)) {
            return null;
        }
        part = open.get(number);
        if (part == null) {
            makeRoom();
            part = new OpenPart(number, this);
            open.put(number, part);
        }
        latest = part;
        return part;
    }

    /** Closes the oldest parts of too many; one that is being checked may still get frames that it has lost. */
    private void makeRoom() {
        List<OpenPart> closable =
                open.values().stream().filter(part -> !part.isUnderCheck()).toList();
        int most = Math.max(0, record.delivery().openParts() - 1);
        for (int i = 0; i < closable.size() - most; i++) {
            close(closable.get(i));
        }
    }

    private long capacity(long part) {
        long first = part * geometry.framesPerFile();
        return Math.min(geometry.framesPerFile(), expectedFrames - first);
    }

    private void close(OpenPart part) {
        latest = null;
        long frames = finalFrames(part.number);
        open.remove(part.number);
        closed.add(part.number);
        if (part.isUnbegun()) {
            return;
        }
        if (!part.hasOneSource() || !seal(part, frames)) {
            repairs.rebuild(part, frames);
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
        long first = part.number * geometry.framesPerFile();
        List<FrameRange> missing = safe.absent(first, first + frames);
        if (!part.seal(frames, missing, OffsetDateTime.now(settings.clock()))) {
            return false;
        }
        closed(part.number, frames);
        Consumer<@Nullable IOException> retired = failure -> retired(part, frames, failure);
        part.retire(isDurable ? closing.during(retired) : retired);
        return true;
    }

    private void retired(OpenPart part, long frames, @Nullable IOException failure) {
        if (failure != null) {
            notKept(part, frames, failure);
        } else if (isDurable) {
            durable(stored(part.number, frames));
        }
    }

    /** The disk has not kept a closed part. While frames may still be asked for again it is opened again; later it is copied, as far as it can be read. */
    private void notKept(OpenPart part, long frames, IOException failure) {
        part.suspect(failure);
        if (closing.isTold()) {
            closing.problem("part not on the disk for good, the next start looks after it: file=" + part.file());
        } else if (isDurable && !isEnding) {
            closed.reopen(part.number);
            open.put(part.number, part);
            repairs.check(part, part.sync());
        } else {
            repairs.rebuild(part, frames);
        }
    }

    /** Notes that a part is complete. */
    void closed(long number, long frames) {
        long first = number * geometry.framesPerFile();
        if (!journal.tryNote(ScanEvent.closed(record.stream(), number, frames, safe.absent(first, first + frames)))) {
            closing.problem("it is not noted that a part is closed: file="
                    + record.names().file(number));
        }
        closed.show(number, frames);
    }

    /** Returns which frames of a part are safe. */
    List<FrameRange> stored(long number) {
        return stored(number, geometry.framesPerFile());
    }

    /** Returns which of the first frames of a part are safe. */
    List<FrameRange> stored(long number, long frames) {
        long first = number * geometry.framesPerFile();
        return safe.present(first, first + frames);
    }

    boolean isOpen(OpenPart part) {
        return open.containsValue(part);
    }

    /** Closes a part that has all its frames. */
    void closeIfFull(OpenPart part) {
        if (part.frames == capacity(part.number) && !part.isUnderCheck()) {
            close(part);
        }
    }

    /** Notes a frame, as sent, that is in no file. */
    public void lost(long frame, String loss) {
        if (!journal.tryNote(ScanEvent.lost(record.stream(), List.of(new FrameRange(frame, 1)), loss))) {
            closing.problem("it is not noted that a frame is lost: frame=" + frame + ", loss=" + loss);
        }
    }

    /** Notes that frames are not safe any more. */
    void forget(FrameRange range) {
        for (long frame = range.first(); frame < range.end(); frame++) {
            safe.remove(frame);
        }
    }

    /** Frames survive a power loss. */
    void durable(List<FrameRange> frames) {
        frames.forEach(durable::addAll);
        safety.durable(frames);
    }

    /**
     * Frames of an open part whose source lost them: a client that still has them may send them again. What is durable it has not, and what was kept as
     * bytes before its chunk was full is safe by that.
     */
    void takeBack(OpenPart part, List<FrameRange> frames) {
        List<FrameRange> lost = SafeFrames.without(frames, durable.ranges(Integer.MAX_VALUE));
        if (lost.isEmpty()) {
            return;
        }
        for (FrameRange range : lost) {
            for (long frame = range.first(); frame < range.end(); frame++) {
                part.frames -= safe.remove(frame) ? 1 : 0;
            }
        }
        part.kept(lost, safety);
        safety.takenBack(lost);
    }

    /** Frames that were thought to be lost, and were found when their part was rebuilt. */
    void found(List<FrameRange> frames) {
        for (FrameRange range : SafeFrames.without(
                frames, stored(geometry.part(frames.getFirst().first())))) {
            for (long frame = range.first(); frame < range.end(); frame++) {
                safe.addInChunk(frame);
            }
            safety.found(range);
        }
    }

    /**
     * Closes all parts: the stream has ended with this many frames stored or missing, and no fewer than are safe. A part that fails in a way that nobody
     * foresaw keeps neither the others nor the end from being.
     *
     * @param done called when every part is closed, at once or later
     */
    void finish(long frames, Consumer<Closing> done) {
        expectedFrames = Math.max(frames, safe.end());
        isEnding = true;
        for (OpenPart part : List.copyOf(open.values())) {
            closing.guarded(
                    () -> close(part), () -> stored(part.number).forEach(closing::unreadable), "file=" + part.file());
        }
        closing.whenDone(done);
    }

    /** Something of the end has failed that nobody foresaw: the journals stay. */
    public void unfinished(String problem) {
        closing.problem(problem);
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
    void restoreOpen(long number, PartReplay replay, ScanReplay.Part replayed, FrameSet frameSet, FrameSet inChunkSet) {
        OpenPart part = new OpenPart(number, this);
        part.restore(replay.journals(), replayed.sources, replayed.isSuspect);
        open.put(number, part);
        safe.addAll(frameSet, inChunkSet);
        part.frames = inChunkSet.count();
        if (replay.sources().isEmpty()) {
            return; // begun, and nothing was acknowledged of it
        }
        closing.recovered();
        if (replay.sources().getFirst().isClosed()) {
            closed.show(number, inChunkSet.end() - number * geometry.framesPerFile());
        }
    }

    /** Has a part that goes on read and checked. */
    void check(long number, PartReplay replay) {
        OpenPart part = open.get(number);
        if (part != null) {
            repairs.check(part, () -> replay.sync(settings.dataDir()));
        }
    }

    /** Has a closed part looked at that had not been synced yet. */
    void recheck(long number, List<Path> journals, long frames) {
        OpenPart part = new OpenPart(number, this);
        part.restore(journals, journals.size(), false);
        repairs.recheck(part, frames);
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

    MissingFrames missingBelow(long frames) {
        return safe.missingBelow(frames);
    }

    /** Returns how far this detector is, for the master. */
    DetectorState state(boolean hasEnded) {
        long frames = hasEnded && expectedFrames != Long.MAX_VALUE ? expectedFrames : closed.end();
        return new DetectorState(detector, closed.shown(), frames, missingBelow(frames));
    }

    /** Returns whether a part was made anew of what a crash or a failure left. */
    boolean isRecovered() {
        return closing.isRecovered();
    }

    /** Returns whether something of it is not completed: its journals stay. */
    boolean isUnfinished() {
        return closing.hasProblem() || closing.isUnderway();
    }

    /** Returns whether parts of it are still rebuilt, checked or synced. */
    boolean isUnderway() {
        return closing.isUnderway();
    }

    List<Path> files() {
        return closed.files();
    }

    /** Removes the part files: their data is in the scan master. */
    void remove() {
        closed.remove();
    }
}
