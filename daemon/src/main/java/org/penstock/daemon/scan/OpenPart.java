package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.disk.Disk;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.PartRecord;
import org.penstock.daemon.storage.PartReplay;
import org.penstock.daemon.storage.SourceFile;
import org.penstock.daemon.storage.SyncThread;
import org.penstock.protocol.FrameRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A part that is being written: one source as a rule; where one broke, another was begun.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
final class OpenPart {
    private static final Logger LOG = LoggerFactory.getLogger(OpenPart.class);
    private static final long LOOK_NS = 1_000_000_000;

    final long number;

    /** Frames of it that are in chunks. */
    long frames;

    private final StreamFiles stream;
    private final Path file;
    private final List<Path> journals = new ArrayList<>();
    private @Nullable SourceFile current;
    private int nextSource;
    private boolean isSyncing;
    private boolean isSuspect;
    private boolean isUnderCheck;

    // which file it is, and when that was looked at last
    private @Nullable Object inode;
    private long lookedNs = System.nanoTime();

    OpenPart(long number, StreamFiles stream) {
        this.number = number;
        this.stream = stream;
        this.file = stream.record().names().file(number);
    }

    /** Takes up the sources of an earlier life of the daemon. */
    void restore(List<Path> earlier, int sources, boolean wasSuspect) {
        journals.addAll(earlier);
        nextSource = sources;
        isSuspect = wasSuspect;
    }

    /** While a part is read and checked it is not closed: what is not found of it is still to come. */
    void underCheck(boolean isIt) {
        isUnderCheck = isIt;
    }

    boolean isUnderCheck() {
        return isUnderCheck;
    }

    /** A sync of it failed. That is noted, so that no later life of the daemon believes a sync of these files. */
    void suspect(IOException failure) {
        LOG.error("part not synced, no later sync of it is believed: file={}: {}", file, failure.getMessage());
        if (!isSuspect) {
            isSuspect = true;
            stream.journal()
                    .tryNote(ScanEvent.notSynced(
                            stream.record().stream(), number, String.valueOf(failure.getMessage())));
        }
    }

    /** Returns whether a sync of it failed. */
    boolean isSuspect() {
        return isSuspect;
    }

    Path file() {
        return file;
    }

    /** Returns the journals of all sources, oldest first. */
    List<Path> journals() {
        return journals;
    }

    /** Returns whether nothing was written of it: the disk was full from its first chunk on. */
    boolean isUnbegun() {
        return journals.isEmpty() && current == null;
    }

    boolean hasOneSource() {
        return current != null && nextSource == 1;
    }

    /** Writes something into a source; returns false when there is no room. */
    interface Writing {
        boolean into(SourceFile source);
    }

    /**
     * Writes into the present source, or, when that breaks, into a new one.
     *
     * @return false when the disk has no room
     */
    boolean write(Writing writing) {
        SourceFile source = current == null ? begin() : current;
        if (source == null) {
            return false;
        }
        try {
            boolean isWritten = writing.into(source);
            writeBack(source);
            return isWritten;
        } catch (StorageException e) {
            LOG.error("data file broke, the part goes on in another: file={}: {}", source.file(), e.getMessage());
            abandon(source);
            SourceFile next = begin();
            return next != null && writing.into(next);
        }
    }

    private void writeBack(SourceFile source) {
        if (source.isWritebackDue()) {
            long bytes = source.chunksEnd();
            stream.settings().syncer().submit(() -> source.writeBack(bytes), _ -> {});
        }
    }

    private void abandon(SourceFile source) {
        giveUp(source);
        current = null;
        List<FrameRange> unsynced = source.takeUnsynced();
        if (stream.isDurable()) {
            // the client has them still; whether this file's bytes ever reach the disk is not to be known
            stream.takeBack(this, unsynced);
        }
    }

    private @Nullable SourceFile begin() {
        int sourceNumber = nextSource;
        Path data = Journals.source(file, sourceNumber);
        PartRecord header = new PartRecord(
                stream.scan(),
                stream.record(),
                number,
                sourceNumber,
                data.toString(),
                OffsetDateTime.now(stream.settings().clock()).toString());
        Path journal = stream.settings().journals().ofFile(stream.scan(), data);
        if (!noted(sourceNumber, journal)) {
            return null;
        }
        SourceFile source = SourceFile.create(new SourceFile.Plan(
                header,
                stream.settings().journals(),
                stream.detector(),
                mostFrames(),
                stream.settings().writebackBytes(),
                stream.settings().telemetry()));
        if (source == null) {
            return null;
        }
        stream.settings().folders().readable(source.file());
        if (journal != null) {
            stream.settings().folders().readable(journal);
            journals.add(journal);
        }
        nextSource++;
        current = source;
        inode = inode(source);
        return source;
    }

    /** Before the source is made: what no event names would not be found. */
    private boolean noted(int source, @Nullable Path journal) {
        try {
            stream.journal()
                    .note(ScanEvent.source(
                            stream.record().stream(),
                            number,
                            source,
                            journal == null ? null : String.valueOf(journal.getFileName())));
            return true;
        } catch (StorageException e) {
            if (e.reason() == StorageException.Reason.NO_SPACE) {
                return false;
            }
            throw e;
        }
    }

    private long mostFrames() {
        long first = number * stream.record().cut().framesPerFile();
        return Math.max(1, stream.expectedFrames() - first);
    }

    /** Completes the file; returns false when it cannot be, and must be made anew. */
    boolean seal(long finalFrames, List<FrameRange> missing, OffsetDateTime endTime) {
        SourceFile source = current;
        if (source == null) {
            return false;
        }
        try {
            source.seal(finalFrames, missing, endTime);
            return true;
        } catch (RuntimeException e) {
            // whatever it is: the journal has all of it
            LOG.error("part not closed as it should be, it is made anew: file={}: {}", file, e.getMessage());
            giveUp(source);
            current = null;
            return false;
        }
    }

    /** Makes a sealed part survive a power loss, then removes its journal. */
    void retire(Consumer<@Nullable IOException> done) {
        SourceFile source = current;
        if (source == null) {
            throw new IllegalStateException("part is not sealed: file=" + file);
        }
        current = null;
        stream.settings()
                .syncer()
                .submit(
                        () -> {
                            // until file and journal are on the disk, nothing there may say that the part is closed
                            source.finalSync();
                            place(source);
                            stream.journal().sync();
                            source.retireJournal();
                        },
                        done);
    }

    /** Closes the present source so that its file can be read, and has it synced. */
    void suspend() {
        SourceFile source = closeSource();
        if (source != null) {
            stream.settings().syncer().submit(source::finalSync, failure -> {
                if (failure != null) {
                    suspect(failure);
                }
            });
        }
    }

    /** Closes the present source: a copy of it is made, and that will be synced. */
    void closeForCopy() {
        SourceFile source = closeSource();
        if (source != null) {
            release(source);
        }
    }

    private @Nullable SourceFile closeSource() {
        SourceFile source = current;
        current = null;
        if (source == null) {
            return null;
        }
        try {
            source.suspend();
            return source;
        } catch (StorageException e) {
            LOG.error("data file not closed, its journal has all of it: file={}: {}", source.file(), e.getMessage());
            giveUp(source);
            return null;
        }
    }

    private void giveUp(SourceFile source) {
        source.giveUp();
        release(source);
    }

    private void release(SourceFile source) {
        stream.settings().syncer().submit(source::release, _ -> {});
    }

    /** Has what waits for the disk synced when it is time, and sees that nobody has taken the file away. */
    void tick(long nowNs) {
        SourceFile source = current;
        if (source == null) {
            return;
        }
        if (nowNs - lookedNs > LOOK_NS) {
            lookedNs = nowNs;
            if (isTampered(source)) {
                abandon(source);
                return;
            }
        }
        if (!stream.isDurable() || isSyncing || source.unsyncedBytes() == 0) {
            return;
        }
        boolean isTime = source.unsyncedBytes() >= stream.settings().syncBytes()
                || nowNs - source.unsyncedSinceNs()
                        >= stream.settings().syncInterval().toNanos();
        if (isTime) {
            sync(source);
        }
    }

    private void sync(SourceFile source) {
        List<FrameRange> written = source.takeUnsynced();
        isSyncing = true;
        stream.settings()
                .syncer()
                .submit(
                        () -> {
                            place(source);
                            source.sync();
                        },
                        failure -> {
                            isSyncing = false;
                            if (failure == null) {
                                stream.durable(written);
                                return;
                            }
                            suspect(failure);
                            notSynced(source, written);
                        });
    }

    /** Has frames brought back into their chunks that journals keep as bytes: their chunk is lost. */
    void kept(List<FrameRange> lost, Safety safety) {
        FrameGeometry geometry = stream.record().geometry();
        Set<Long> chunks = new HashSet<>();
        for (FrameRange range : lost) {
            for (long frame = range.first(); frame < range.end(); frame++) {
                chunks.add(geometry.firstFrame(geometry.chunk(frame)));
            }
        }
        if (geometry.chunkFrames() == 1 || chunks.isEmpty()) {
            return;
        }
        PartReplay replay = PartReplay.ofUsable(
                journals, (journal, e) -> LOG.error("journal not usable: file={}: {}", journal, e.getMessage()));
        replay.kept().forEach((first, list) -> {
            if (chunks.contains(first)) {
                list.forEach(kept -> safety.kept(kept.source().journal(), kept.entry(), kept.values()));
            }
        });
    }

    /** What was closed meanwhile is not synced either, and that is told by {@link #retire}. */
    private void notSynced(SourceFile source, List<FrameRange> written) {
        if (stream.isOpen(this)) {
            stream.takeBack(this, written);
            if (current == source) {
                abandon(source);
            }
        }
    }

    /** Returns what waits until file and journal of a closed part, and their names, are on the disk. */
    SyncThread.Sync sync() {
        Path root = stream.settings().dataDir();
        List<Path> files = new ArrayList<>(journals);
        files.addFirst(file);
        return () -> Disk.syncAll(files, root);
    }

    /** Once for each source: its folder, those above it, and the scan's journal are on the disk. Called by {@code syncer}. */
    private void place(SourceFile source) throws IOException {
        if (source.takeUnplaced()) {
            Disk.syncPath(file, stream.settings().dataDir());
            Path journal = source.journalFile();
            if (journal != null) {
                Disk.syncPath(journal, stream.settings().dataDir());
            }
            stream.journal().sync();
        }
    }

    private boolean isTampered(SourceFile source) {
        String what;
        try {
            BasicFileAttributes now = Files.readAttributes(source.file(), BasicFileAttributes.class);
            boolean isSame = inode == null || inode.equals(now.fileKey());
            if (isSame && now.size() >= source.chunksEnd()) {
                return false;
            }
            what = isSame
                    ? "has become shorter, expectedBytes>=" + source.chunksEnd() + ", actualBytes=" + now.size()
                    : "was replaced";
        } catch (IOException e) {
            what = "is not there any more (" + e + ")";
        }
        LOG.error(
                "another program has changed a file that is being written: file={}, which {}; its journal saves what is left",
                source.file(),
                what);
        return true;
    }

    private static @Nullable Object inode(SourceFile source) {
        try {
            return Files.readAttributes(source.file(), BasicFileAttributes.class)
                    .fileKey();
        } catch (IOException _) {
            return null; // it is looked at again
        }
    }
}
