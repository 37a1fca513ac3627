package org.penstock.daemon.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.disk.Disk;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StoredChunk;
import org.penstock.daemon.journal.ChunkEntry;
import org.penstock.daemon.journal.FrameChecksums;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.nexus.FillValue;
import org.penstock.daemon.nexus.Integrity;
import org.penstock.daemon.nexus.PartFile;
import org.penstock.daemon.nexus.Publication;
import org.penstock.daemon.nexus.StoredIntegrity;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.FrameRange;

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
 * <p><b>Threading:</b> confined to the thread that owns HDF5.
 */
public final class PartRebuild implements AutoCloseable {
    /** For groups, attributes and fields. */
    private static final long DESCRIPTION_BYTES = 1L << 20;

    private static final long INDEX_BYTES_PER_CHUNK = 128;

    private final RebuildJob job;
    private final Path file;
    private final PartReplay replay;
    private final PartRecord record;
    private final DetectorDescription detector;
    private final FrameGeometry geometry;
    private final SourceBytes bytes = new SourceBytes();
    private final Arena arena = Arena.ofConfined();
    private final Integrity integrity;
    private final long firstFrame;
    private FrameSet good = new FrameSet();
    private FrameSet bad = new FrameSet();
    private MemorySegment memory;

    private PartRebuild(RebuildJob job, PartReplay replay) {
        this.job = job;
        this.file = Path.of(job.file());
        this.replay = replay;
        this.record = replay.sources().getLast().record();
        this.detector = record.stream().description();
        this.geometry = record.stream().geometry();
        this.firstFrame = record.firstFrame();
        this.memory = arena.allocate(geometry.chunkBytes(), Long.BYTES);
        this.integrity = emptyIntegrity();
    }

    private Integrity emptyIntegrity() {
        long end = 0;
        for (long first : chunks()) {
            end = Math.max(end, first - firstFrame + geometry.chunkFrames());
        }
        int frames = Math.toIntExact(Math.max(end, job.frames() == null ? 0 : job.frames()));
        Checksum.Kind kind =
                Checksum.Kind.agree(List.of(record.stream().delivery().checksum()));
        return new Integrity(new int[frames / geometry.chunkFrames() + 1], kind, new int[frames]);
    }

    /** Does a job. Failures are in the result. */
    public static RebuildResult run(RebuildJob job) {
        try {
            PartReplay replay =
                    PartReplay.of(job.journals().stream().map(Path::of).toList());
            if (replay.sources().isEmpty()) {
                return RebuildResult.failed(job.file(), "no journals: file=" + job.file());
            }
            try (FileChannel lock = FileChannel.open(replay.sources().getFirst().journal(), StandardOpenOption.WRITE);
                    PartRebuild rebuild = new PartRebuild(job, replay)) {
                lock.lock();
                return rebuild.run();
            }
        } catch (IOException e) {
            return RebuildResult.failed(job.file(), "part not rebuilt: file=" + job.file() + ", problem=" + e);
        } catch (StorageException e) {
            return RebuildResult.failed(job.file(), String.valueOf(e.getMessage()));
        }
    }

    private RebuildResult run() throws IOException {
        if (job.isCheck()) {
            return result(readAll(), null);
        }
        long whole = wholeFrames();
        if (whole > 0) {
            return finished(whole);
        }
        long needed = neededBytes();
        long free = Disk.usableBytes(folder());
        if (free < needed) {
            return new RebuildResult(
                    job.file(),
                    0,
                    List.of(),
                    List.of(),
                    "no room to rebuild the part: file=" + file + ", neededBytes=" + needed + ", freeBytes=" + free,
                    needed);
        }
        return rebuild();
    }

    /**
     * Looks at the file that has the part's name. It is the part when it was completed, every chunk of it is what it was, and it has every chunk that the
     * journals name. A journal may be older than the file: its removal, or its end, did not reach the disk.
     *
     * @return how many frames it has, 0 when it is not the part
     */
    private long wholeFrames() {
        String data = detector.groups().dataPath();
        String group = data.substring(0, data.lastIndexOf('/'));
        try (Hdf5File made = Hdf5File.openReadOnly(file)) {
            List<StoredChunk> stored = PartFile.storedChunks(made, data, detector);
            long frames = PartFile.frames(made, data, detector);
            long chunks = detector.storage().chunks(frames);
            try (StoredIntegrity there = StoredIntegrity.open(made.root(), group, chunks, frames)) {
                if (there == null) {
                    return 0;
                }
                int[] crcs = there.chunkCrcs(0, Math.toIntExact(chunks));
                if (!areWhole(stored, crcs) || !haveAll(stored, crcs)) {
                    return 0;
                }
                for (long frame = firstFrame; frame < firstFrame + frames; frame++) {
                    good.add(frame);
                }
                return frames;
            }
        } catch (StorageException | IOException e) {
            return 0;
        }
    }

    private boolean areWhole(List<StoredChunk> stored, int[] crcs) throws IOException {
        for (StoredChunk chunk : stored) {
            MemorySegment read = memory(chunk.bytes());
            if (!bytes.read(file, chunk.address(), read)
                    || bytes.crc(read) != crcs[number(firstFrame + chunk.firstFrame())]) {
                return false;
            }
        }
        return true;
    }

    private boolean haveAll(List<StoredChunk> stored, int[] crcs) {
        Set<Long> firsts = new HashSet<>();
        stored.forEach(chunk -> firsts.add(firstFrame + chunk.firstFrame()));
        for (long first : chunks()) {
            List<PartReplay.Chunk> candidates = replay.chunks().getOrDefault(first, List.of());
            boolean isSame =
                    candidates.isEmpty() || candidates.getFirst().entry().chunkCrc() == crcs[number(first)];
            if (!firsts.contains(first) || !isSame) {
                return false;
            }
        }
        return true;
    }

    private int number(long first) {
        return (int) ((first - firstFrame) / geometry.chunkFrames());
    }

    /** A part that is as it should be: on the disk for good. */
    private RebuildResult finished(long frames) throws IOException {
        if (!job.isCheck()) {
            Disk.sync(file);
            Disk.syncFolder(folder());
        }
        return result(frames, null);
    }

    private RebuildResult result(long frames, @Nullable String problem) {
        return new RebuildResult(
                job.file(), frames, good.ranges(Integer.MAX_VALUE), bad.ranges(Integer.MAX_VALUE), problem, 0);
    }

    /** Reads every chunk and notes which frames are whole. */
    private long readAll() throws IOException {
        for (long first : chunks()) {
            choose(first);
        }
        return length();
    }

    private RebuildResult rebuild() throws IOException {
        removeLeftovers();
        Path temporary = Publication.temporaryFor(file);
        OffsetDateTime start =
                OffsetDateTime.parse(replay.sources().getFirst().record().startTime());
        PartFile part = PartFile.createAs(temporary, file, detector, firstFrame, start);
        boolean isDone = false;
        try {
            for (long first : chunks()) {
                write(part, first);
            }
            long frames = length();
            List<FrameRange> missing = good.absent(firstFrame, firstFrame + frames, Integer.MAX_VALUE);
            part.seal(frames, missing, OffsetDateTime.now(ZoneId.systemDefault()), integrity);
            Files.setAttribute(temporary, "unix:mode", job.fileMode());
            Disk.sync(temporary);
            verify(temporary, part.dataPath());
            takeName(temporary);
            isDone = true;
            return result(frames, null);
        } finally {
            if (!isDone) {
                part.abandon();
                Files.deleteIfExists(temporary);
            }
        }
    }

    /** Reads the new file through its own index: what takes the part's name must be readable without a journal. */
    private void verify(Path temporary, String dataPath) throws IOException {
        try (Hdf5File made = Hdf5File.openReadOnly(temporary)) {
            List<StoredChunk> stored = PartFile.storedChunks(made, dataPath, detector);
            long expected = java.util.Arrays.stream(integrity.chunkCrcs())
                    .filter(crc -> crc != 0)
                    .count();
            for (StoredChunk chunk : stored) {
                MemorySegment read = memory(chunk.bytes());
                boolean isSame = bytes.read(temporary, chunk.address(), read)
                        && bytes.crc(read) == integrity.chunkCrcs()[number(firstFrame + chunk.firstFrame())];
                if (!isSame) {
                    throw new IOException("rebuilt chunk reads back differently: firstLocalFrame=" + chunk.firstFrame()
                            + ", file=" + temporary);
                }
            }
            if (stored.size() < expected) {
                throw new IOException("rebuilt file lacks chunks: expected>=" + expected + ", actual=" + stored.size()
                        + ", file=" + temporary);
            }
        }
    }

    private MemorySegment memory(long count) {
        if (count > memory.byteSize()) {
            memory = arena.allocate(count, Long.BYTES);
        }
        return memory.asSlice(0, count);
    }

    private void takeName(Path temporary) throws IOException {
        Path crashed = Journals.crashed(file);
        if (!Files.exists(crashed)) {
            putAside(crashed);
            Disk.syncFolder(folder());
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Disk.syncFolder(folder());
    }

    /** What lies aside is also the mark by which a rerun knows that the part's name is taken by the new file: where nothing was, it is empty. */
    private void putAside(Path crashed) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(crashed);
            return;
        }
        try {
            Files.createLink(crashed, file);
        } catch (UnsupportedOperationException | IOException _) {
            // a file system without hard links: for a moment the part has no name, and a rerun finds it aside
            Files.move(file, crashed, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /**
     * Removes what a part was made of, once its scan's journal says that it is closed. What lies aside goes last, for it says that the rest may go; what a
     * crash left under the part's own name stays.
     */
    public static void clear(RebuildJob job) throws IOException {
        Path file = Path.of(job.file());
        PartReplay replay = PartReplay.of(
                job.journals().stream().map(Path::of).filter(Files::exists).toList());
        boolean wasWhole = true;
        for (PartReplay.Source source : replay.sources()) {
            if (source.record().source() > 0) {
                Files.deleteIfExists(Journals.dataFile(source.journal(), source.record()));
            } else {
                wasWhole = source.isSuspended();
            }
        }
        for (PartReplay.Source source : replay.sources()) {
            Files.deleteIfExists(source.journal());
        }
        Path crashed = Journals.crashed(file);
        if (Files.exists(crashed) && (wasWhole || Files.size(crashed) == 0)) {
            Disk.syncFolder(java.util.Objects.requireNonNull(file.getParent()));
            Files.delete(crashed);
        }
    }

    private void removeLeftovers() throws IOException {
        try (var entries = Files.newDirectoryStream(folder(), "." + file.getFileName() + ".tmp-*")) {
            for (Path leftover : entries) {
                Files.deleteIfExists(leftover);
            }
        }
    }

    private Set<Long> chunks() {
        Set<Long> firsts = new TreeSet<>(replay.chunks().keySet());
        firsts.addAll(replay.kept().keySet());
        return firsts;
    }

    private long length() {
        if (job.frames() != null) {
            return job.frames();
        }
        return Math.max(good.end(), bad.end()) > firstFrame ? Math.max(good.end(), bad.end()) - firstFrame : 0;
    }

    private void write(PartFile part, long first) throws IOException {
        PartReplay.@Nullable Chunk chunk = choose(first);
        long local = first - firstFrame;
        if (chunk != null) {
            ChunkEntry entry = chunk.entry();
            part.writeChunk(local, last(entry.frames()) + 1, entry.filterMask(), memory, entry.storedBytes());
        } else if (hasGood(first)) {
            part.writeChunk(local, lastGood(first) + 1, everyFilter(), memory, geometry.chunkBytes());
        }
    }

    private boolean hasGood(long first) {
        return lastGood(first) >= 0;
    }

    private int lastGood(long first) {
        for (int at = geometry.chunkFrames() - 1; at >= 0; at--) {
            if (good.contains(first + at)) {
                return at;
            }
        }
        return -1;
    }

    /** Bits of a chunk that went through no filter. */
    private int everyFilter() {
        return (1 << detector.storage().filters().size()) - 1;
    }

    /**
     * Reads the best of what there is of one chunk into {@link #memory} and notes its frames: the newest copy whose bytes are what they were, or else the
     * frames that a journal keeps as bytes.
     *
     * @return the copy, or null when the memory holds kept frames, unfiltered, or nothing
     */
    private PartReplay.@Nullable Chunk choose(long first) throws IOException {
        PartReplay.Chunk found = null;
        for (PartReplay.Chunk candidate : replay.chunks().getOrDefault(first, List.of())) {
            if (isWhole(candidate)) {
                found = candidate;
                break;
            }
        }
        if (found != null) {
            note(first, found.entry().frames());
            integrity.chunkCrcs()[number(first)] = found.entry().chunkCrc();
        } else if (assemble(first)) {
            integrity.chunkCrcs()[number(first)] = bytes.crc(memory.asSlice(0, geometry.chunkBytes()));
        }
        noteLosses(first);
        return found;
    }

    private boolean isWhole(PartReplay.Chunk candidate) throws IOException {
        ChunkEntry entry = candidate.entry();
        MemorySegment chunk = memory(entry.storedBytes());
        return bytes.read(candidate.source().data(), entry.address(), chunk) && bytes.crc(chunk) == entry.chunkCrc();
    }

    /** Puts kept frames where they belong in the chunk; where none is, the fill value. */
    private boolean assemble(long first) throws IOException {
        List<PartReplay.Frames> kept = replay.kept().getOrDefault(first, List.of());
        if (kept.isEmpty()) {
            return false;
        }
        fill();
        for (PartReplay.Frames frames : kept) {
            FrameChecksums present = frames.entry().frames();
            long frameBytes = frames.entry().frameBytes();
            for (int i = 0; i < present.frames(); i++) {
                MemorySegment place = memory.asSlice(present.position(i) * frameBytes, frameBytes);
                bytes.read(frames.source().journal(), frames.entry().frameAt(i), place);
            }
            note(first, present);
        }
        return true;
    }

    private void fill() {
        long bits = FillValue.bits(detector.type());
        int width = detector.type().bytes();
        for (long at = 0; at < geometry.chunkBytes(); at++) {
            memory.set(java.lang.foreign.ValueLayout.JAVA_BYTE, at, (byte) (bits >>> (Byte.SIZE * (at % width))));
        }
    }

    private void note(long first, FrameChecksums frames) {
        for (int i = 0; i < frames.frames(); i++) {
            good.add(first + frames.position(i));
            integrity.frameChecksums()[(int) (first - firstFrame) + frames.position(i)] = frames.checksum(i);
        }
    }

    private void noteLosses(long first) {
        replay.chunks()
                .getOrDefault(first, List.of())
                .forEach(chunk -> noteLosses(first, chunk.entry().frames()));
        replay.kept()
                .getOrDefault(first, List.of())
                .forEach(kept -> noteLosses(first, kept.entry().frames()));
    }

    private void noteLosses(long first, FrameChecksums frames) {
        for (int i = 0; i < frames.frames(); i++) {
            if (!good.contains(first + frames.position(i))) {
                bad.add(first + frames.position(i));
            }
        }
    }

    private long neededBytes() {
        long needed = DESCRIPTION_BYTES;
        for (long first : chunks()) {
            List<PartReplay.Chunk> candidates = replay.chunks().getOrDefault(first, List.of());
            needed += candidates.isEmpty()
                    ? geometry.chunkBytes()
                    : candidates.getFirst().entry().storedBytes();
            needed += INDEX_BYTES_PER_CHUNK;
        }
        return needed + 8L * integrity.frameChecksums().length;
    }

    private static int last(FrameChecksums frames) {
        return frames.position(frames.frames() - 1);
    }

    private Path folder() {
        return java.util.Objects.requireNonNull(file.getParent(), "part outside any folder");
    }

    @Override
    public void close() throws IOException {
        arena.close();
        bytes.close();
    }
}
