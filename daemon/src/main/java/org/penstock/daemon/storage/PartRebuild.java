package org.penstock.daemon.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.disk.Disk;
import org.penstock.daemon.disk.Ownership;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StoredChunk;
import org.penstock.daemon.journal.ChunkEntry;
import org.penstock.daemon.journal.FrameChecksums;
import org.penstock.daemon.journal.ValuesEntry;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.nexus.FrameTable;
import org.penstock.daemon.nexus.PartFile;
import org.penstock.daemon.nexus.StoredIntegrity;
import org.penstock.protocol.FrameRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one part file of its sources: every chunk that a journal names is read, checked against the journal's CRC and written into a new file beside
 * them; the new file is read back and checked; then it takes the part's name.
 *
 * <p>The sources are only read. What the part was under its name before is put aside as {@code .crashed} unless it had been closed in good order. Killed
 * at any point, it can be run again, with the same result:
 *
 * <pre>
 *   1 write  .X.h5.tmp-…        a leftover is removed by the next start
 *   2 sync it
 *   3 link   X.h5 → X.h5.crashed
 *   4 rename .X.h5.tmp-… → X.h5, sync the folder      from here on X.h5 is the part
 * </pre>
 *
 * <p>The journals stay until the scan's journal has noted the part as closed; {@link #clear} then removes what is left.
 *
 * <p><b>Threading:</b> confined to the thread that owns HDF5, but for {@link #clear}, which touches no HDF5.
 */
public final class PartRebuild implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PartRebuild.class);

    /** What is written before it is synced: no call to the disk, during which nothing can be said of progress, takes long. */
    private static final long SYNC_BYTES = 256L << 20;

    private final RebuildJob job;
    private final PartName name;
    private final PartReplay replay;
    private final DetectorDescription detector;
    private final FrameGeometry geometry;
    private final long firstFrame;
    private final ChunkBytes bytes;
    private final BestChunks chunks;

    private PartRebuild(RebuildJob job, PartReplay replay, Runnable progress) {
        this.job = job;
        this.name = new PartName(Path.of(job.file()));
        this.replay = replay;
        PartRecord record = replay.sources().getLast().record();
        this.detector = record.stream().description();
        this.geometry = record.stream().geometry();
        this.firstFrame = record.firstFrame();
        this.bytes = new ChunkBytes(geometry.chunkBytes(), progress);
        this.chunks = new BestChunks(replay, record, bytes, job.frames() == null ? 0 : job.frames());
    }

    /**
     * Does a job. Failures are in the result.
     *
     * @param progress called with every chunk
     */
    public static RebuildResult run(RebuildJob job, Runnable progress) {
        List<Path> journals = job.journals().stream().map(Path::of).toList();
        if (journals.isEmpty()) {
            return RebuildResult.failed(job.file(), "no journals: file=" + job.file());
        }
        // whoever is at it already, after the daemon that it belonged to was killed, may move the files that are looked
        // at below
        try (FileChannel lock = FileChannel.open(journals.getFirst(), StandardOpenOption.WRITE)) {
            lock.lock();
            if (job.isCheck() && job.isSuspect()) {
                dropCaches(journals);
            }
            try (PartRebuild rebuild = new PartRebuild(job, PartReplay.of(journals), progress)) {
                return rebuild.run();
            }
        } catch (IOException e) {
            return RebuildResult.failed(job.file(), "part not rebuilt: file=" + job.file() + ", problem=" + e);
        } catch (StorageException e) {
            return RebuildResult.failed(job.file(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // in a process of its own, whose parent is to hear more than an exit code
            LOG.error("part not rebuilt: file={}", job.file(), e);
            return RebuildResult.failed(
                    job.file(), "part not rebuilt, a fault of its own: file=" + job.file() + ", problem=" + e);
        }
    }

    private RebuildResult run() throws IOException {
        if (job.isCheck()) {
            if (job.isSuspect()) {
                dropCaches(
                        replay.sources().stream().map(PartReplay.Source::data).toList());
            }
            for (long first : chunks.firsts()) {
                chunks.choose(first);
            }
            return result(length());
        }
        RebuildResult whole = job.isSuspect() ? null : whole();
        if (whole != null) {
            Disk.sync(name.file());
            Disk.syncFolder(name.folder());
            return whole;
        }
        long needed = neededBytes();
        long free = Disk.usableBytes(name.folder());
        return free < needed ? noRoom(needed, free) : rebuild();
    }

    private static void dropCaches(List<Path> files) throws IOException {
        for (Path file : files) {
            if (Files.exists(file)) {
                Disk.dropCache(file);
            }
        }
    }

    private RebuildResult noRoom(long needed, long free) {
        String problem =
                "no room to rebuild the part: file=" + name.file() + ", neededBytes=" + needed + ", freeBytes=" + free;
        return new RebuildResult(job.file(), 0, List.of(), List.of(), problem, needed);
    }

    /**
     * Looks at the file that has the part's name. It is the part when it was completed, every chunk of it is what it was, and it has every chunk that the
     * journals name. A journal may be older than the file: its removal, or its end, did not reach the disk.
     *
     * @return what it is, or null when it is not the part
     */
    private @Nullable RebuildResult whole() {
        String data = detector.groups().dataPath();
        String group = data.substring(0, data.lastIndexOf('/'));
        try (Hdf5File made = Hdf5File.openReadOnly(name.file())) {
            List<StoredChunk> stored = PartFile.storedChunks(made, data, detector);
            long frames = PartFile.frames(made, data, detector);
            long count = detector.storage().chunks(frames);
            try (StoredIntegrity there = StoredIntegrity.open(made.root(), group, count, frames)) {
                if (there == null) {
                    return null;
                }
                int[] crcs = there.chunkCrcs(0, Math.toIntExact(count));
                return broken(stored, name.file(), crcs) == null && haveAll(stored, crcs)
                        ? new RebuildResult(job.file(), frames, present(made, frames), List.of(), null, 0)
                        : null;
            }
        } catch (StorageException | IOException e) {
            return null;
        }
    }

    private List<FrameRange> present(Hdf5File made, long frames) {
        FrameRange all = new FrameRange(firstFrame, frames);
        FrameSet missing = new FrameSet();
        PartFile.missing(made, detector.groups().dataPath(), all).ranges().forEach(missing::addAll);
        return missing.absent(all.first(), all.end(), Integer.MAX_VALUE);
    }

    /** Returns a chunk of a file whose bytes are not what they were, or null. */
    private @Nullable StoredChunk broken(List<StoredChunk> stored, Path file, int[] crcs) throws IOException {
        for (StoredChunk chunk : stored) {
            int expected = crcs[chunks.number(firstFrame + chunk.firstFrame())];
            if (!bytes.load(file, chunk.address(), chunk.bytes(), expected)) {
                return chunk;
            }
        }
        return null;
    }

    private boolean haveAll(List<StoredChunk> stored, int[] crcs) {
        Set<Long> firsts = new HashSet<>();
        stored.forEach(chunk -> firsts.add(firstFrame + chunk.firstFrame()));
        for (long first : chunks.firsts()) {
            if (!firsts.contains(first)) {
                return false; // the file may be shorter than that
            }
            ChunkEntry newest = chunks.newest(first);
            if (newest != null && newest.chunkCrc() != crcs[chunks.number(first)]) {
                return false;
            }
        }
        return true;
    }

    private RebuildResult result(long frames) {
        return new RebuildResult(
                job.file(),
                frames,
                chunks.good().ranges(Integer.MAX_VALUE),
                chunks.bad().ranges(Integer.MAX_VALUE),
                null,
                0);
    }

    private RebuildResult rebuild() throws IOException {
        Path temporary = name.temporary();
        OffsetDateTime start =
                OffsetDateTime.parse(replay.sources().getFirst().record().startTime());
        PartFile part = PartFile.createAs(temporary, name.file(), detector, firstFrame, start);
        boolean isDone = false;
        try {
            long unsyncedBytes = 0;
            for (long first : chunks.firsts()) {
                unsyncedBytes += write(part, first);
                if (unsyncedBytes >= SYNC_BYTES) {
                    Disk.sync(temporary);
                    unsyncedBytes = 0;
                }
            }
            long frames = length();
            List<FrameRange> missing = chunks.good().absent(firstFrame, firstFrame + frames, Integer.MAX_VALUE);
            part.seal(frames, missing, OffsetDateTime.now(ZoneId.systemDefault()), chunks.integrity(), values());
            String group = job.group();
            Ownership.give(temporary, group == null ? null : Ownership.group(group), job.fileMode());
            Disk.sync(temporary);
            verify(temporary, part.dataPath());
            name.give(temporary);
            isDone = true;
            return result(frames);
        } finally {
            if (!isDone) {
                part.abandon();
                Files.deleteIfExists(temporary);
            }
        }
    }

    /** Returns what came with the frames that are whole; a frame that came twice came with the same. */
    private FrameTable values() throws IOException {
        FrameTable values = new FrameTable(detector.perFrame());
        int recordBytes = detector.perFrame().record().bytes();
        ByteBuffer record = ByteBuffer.allocateDirect(recordBytes).order(ByteOrder.LITTLE_ENDIAN);
        for (PartReplay.Values came : replay.values()) {
            ValuesEntry entry = came.entry();
            for (int i = 0; i < entry.positions().length && entry.recordBytes() == recordBytes; i++) {
                long frame = entry.firstFrame() + entry.positions()[i];
                if (chunks.good().contains(frame)
                        && bytes.read(
                                came.source().journal(), entry.recordAt(i), MemorySegment.ofBuffer(record.clear()))) {
                    values.put((int) (frame - firstFrame), 1, record, 0);
                }
            }
        }
        return values;
    }

    /** Writes the best of what there is of one chunk; returns its bytes. */
    private long write(PartFile part, long first) throws IOException {
        ChunkEntry entry = chunks.choose(first);
        long local = first - firstFrame;
        if (entry != null) {
            long count = entry.storedBytes();
            part.writeChunk(local, last(entry.frames()) + 1, entry.filterMask(), bytes.memory(count), count);
            return count;
        }
        if (chunks.lastGood(first) >= 0) {
            long count = geometry.chunkBytes();
            part.writeChunk(
                    local, chunks.lastGood(first) + 1, detector.storage().noFilterMask(), bytes.memory(count), count);
            return count;
        }
        return 0;
    }

    private static int last(FrameChecksums frames) {
        return frames.position(frames.frames() - 1);
    }

    /** Reads the new file through its own index: what takes the part's name must be readable without a journal. */
    private void verify(Path temporary, String dataPath) throws IOException {
        int[] crcs = chunks.integrity().chunkCrcs();
        try (Hdf5File made = Hdf5File.openReadOnly(temporary)) {
            List<StoredChunk> stored = PartFile.storedChunks(made, dataPath, detector);
            long expected = Arrays.stream(crcs).filter(crc -> crc != 0).count();
            StoredChunk broken = broken(stored, temporary, crcs);
            if (broken != null) {
                throw new IOException("rebuilt chunk reads back differently: firstLocalFrame=" + broken.firstFrame()
                        + ", file=" + temporary);
            }
            if (stored.size() < expected) {
                throw new IOException("rebuilt file lacks chunks: expected>=" + expected + ", actual=" + stored.size()
                        + ", file=" + temporary);
            }
        }
    }

    /** Returns how many frames the part has: as the job says, and as far as a journal names any: what was acknowledged is kept, whatever was said of its end. */
    private long length() {
        long end = Math.max(chunks.good().end(), chunks.bad().end());
        long said = job.frames() == null ? 0 : job.frames();
        return Math.max(said, end - firstFrame);
    }

    private long neededBytes() {
        long needed = FileOverhead.bytes(
                chunks.integrity().chunkCrcs().length,
                geometry.chunkFrames(),
                detector.perFrame().record());
        for (long first : chunks.firsts()) {
            ChunkEntry newest = chunks.newest(first);
            needed += newest == null ? geometry.chunkBytes() : newest.storedBytes();
        }
        return needed;
    }

    /**
     * Removes what a part was made of, once its scan's journal says that it is closed. What lies aside goes last, for it says that the rest may go; what a
     * crash left under the part's own name stays. The part's first journal tells which of them it is, and so goes after the others.
     */
    public static void clear(RebuildJob job) throws IOException {
        PartName name = new PartName(Path.of(job.file()));
        PartReplay replay = PartReplay.of(
                job.journals().stream().map(Path::of).filter(Files::exists).toList());
        boolean wasWhole = false;
        for (PartReplay.Source source : replay.sources()) {
            if (source.record().source() > 0) {
                Files.deleteIfExists(Journals.dataFile(source.journal(), source.record()));
            } else {
                wasWhole = source.isClosed();
            }
        }
        for (PartReplay.Source source : replay.sources().reversed()) {
            if (source.record().source() == 0 && replay.sources().size() > 1) {
                Disk.syncFolder(
                        Objects.requireNonNull(source.journal().toAbsolutePath().getParent()));
            }
            Files.deleteIfExists(source.journal());
        }
        Path crashed = Journals.crashed(name.file());
        if (Files.exists(crashed) && (wasWhole || Files.size(crashed) == 0)) {
            Disk.syncFolder(name.folder());
            Files.delete(crashed);
        }
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
