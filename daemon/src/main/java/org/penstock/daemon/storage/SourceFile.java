package org.penstock.daemon.storage;

import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.disk.Reservation;
import org.penstock.daemon.disk.Writeback;
import org.penstock.daemon.frame.EncodedChunk;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.frame.FrameRuns;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.daemon.nexus.DetectorDescription;
import org.penstock.daemon.nexus.FrameTable;
import org.penstock.daemon.nexus.Integrity;
import org.penstock.daemon.nexus.PartFile;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.daemon.telemetry.Timing;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.FrameRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open data file of a part, with its journal.
 *
 * <p>A chunk is safe when {@link #write} returns: its bytes are in the file, its address is in the journal, and both are with the operating system. Room
 * for both, and for the index that HDF5 writes when the file is closed, is taken before anything is touched.
 *
 * <p>After a {@link StorageException} nothing more can be written: {@link #giveUp()}, and go on in another source. What was safe stays safe: the journal
 * finds it.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, but for what says that {@code syncer} calls it.
 */
public final class SourceFile {
    private static final Logger LOG = LoggerFactory.getLogger(SourceFile.class);

    private final PartFile part;
    private final PartJournal journal;
    private final Reservation room;
    private final FileChannel toSync;
    private final Writeback writeback;
    private final DetectorDescription detector;
    private final FrameGeometry geometry;
    private final long firstFrame;
    private final Telemetry telemetry;
    private final Checksum.Kind checksum;
    private final Integrity.Scope checksumScope;

    // what the file's integrity group will hold, and the addresses that the journal has, by chunk and frame of the file
    private int[] chunkCrcs = new int[16];
    private long[] addresses = new long[16];
    private int[] frameChecksums = new int[16];
    private final FrameTable values;
    private long chunksEnd;

    /** Room that was taken and not used yet, as telemetry has it. */
    private long reservedBytes;

    private final FrameRuns unsynced = new FrameRuns();
    private long unsyncedBytes;
    private long unsyncedSinceNs;

    // confined to syncer
    private boolean isPlaced;
    private @Nullable IOException syncFailure;

    /**
     * What a source is made of.
     *
     * @param record the header of its journal
     * @param journals where it lies
     * @param mostFrames how many frames it can come to hold
     * @param writebackBytes in what steps its bytes leave the page cache; 0 = the kernel decides
     */
    public record Plan(
            PartRecord record,
            Journals journals,
            DetectorDescription detector,
            long mostFrames,
            long writebackBytes,
            Telemetry telemetry) {}

    private SourceFile(Plan plan, PartFile part, PartJournal journal, FileChannel toSync, Writeback writeback) {
        this.part = part;
        this.journal = journal;
        this.toSync = toSync;
        this.writeback = writeback;
        this.detector = plan.detector();
        this.telemetry = plan.telemetry();
        this.geometry = plan.record().stream().geometry();
        this.firstFrame = plan.record().firstFrame();
        this.checksum = kind(plan.record().stream().delivery().checksum());
        this.checksumScope = Integrity.Scope.of(plan.record().stream().form().encoding());
        this.values = new FrameTable(detector.perFrame());
        long frames = Math.min(plan.mostFrames(), geometry.framesPerFile());
        this.room = new Reservation(part.path(), part.descriptor(), margin() + frames * geometry.frameBytes());
    }

    private static Checksum.Kind kind(String wireName) {
        return Checksum.Kind.agree(List.of(wireName));
    }

    /**
     * Creates a data file and its journal, neither of which may exist.
     *
     * @return null when the disk has no room for them
     * @throws StorageException when they cannot be made; nothing of them is left
     */
    public static @Nullable SourceFile create(Plan plan) {
        Path file = Path.of(plan.record().file());
        Path journalFile = plan.journals().ofFile(plan.record().scan(), file);
        PartJournal journal = null;
        PartFile part = null;
        FileChannel toSync = null;
        Writeback writeback = null;
        boolean isMade = false;
        try {
            journal = journalFile == null ? NoJournal.INSTANCE : FileJournal.create(journalFile, plan.record());
            part = PartFile.create(
                    file,
                    plan.detector(),
                    plan.record().firstFrame(),
                    OffsetDateTime.parse(plan.record().startTime()));
            // opened before the first write, so that it hears of every write that the disk refuses later
            toSync = FileChannel.open(file, StandardOpenOption.WRITE);
            writeback = Writeback.of(file, plan.writebackBytes());
            SourceFile source = new SourceFile(plan, part, journal, toSync, writeback);
            if (!source.room.ensure(part.allocatedBytes() + source.margin())) {
                return null;
            }
            isMade = true;
            return source;
        } catch (IOException e) {
            return noRoom(StorageException.of("data file not made: file=" + file, e));
        } catch (StorageException e) {
            return noRoom(e);
        } finally {
            if (!isMade) {
                if (writeback != null) {
                    writeback.close();
                }
                discard(part, journal, toSync);
            }
        }
    }

    private static @Nullable SourceFile noRoom(StorageException failure) {
        if (failure.reason() == Reason.NO_SPACE) {
            return null;
        }
        throw failure;
    }

    private static void discard(@Nullable PartFile part, @Nullable PartJournal journal, @Nullable FileChannel toSync) {
        try {
            if (toSync != null) {
                toSync.close();
            }
            if (part != null) {
                part.abandon();
            }
            if (journal != null) {
                journal.close();
                journal.remove();
            }
        } catch (IOException _) {
            // the failure that brought us here says more; an empty file and an empty journal are found and removed at
            // the next start
        }
    }

    public Path file() {
        return part.path();
    }

    /** Returns its journal, or null when it has none. */
    public @Nullable Path journalFile() {
        return journal.file();
    }

    /**
     * Writes one chunk, and its address into the journal.
     *
     * @return false when the disk has no room: nothing was touched, and the chunk may be handed in again
     * @throws StorageException when it cannot be written: give the source up
     */
    public boolean write(EncodedChunk chunk) {
        try {
            boolean hasRoom =
                    room.ensure(part.allocatedBytes() + chunk.toStoreBytes() + margin()) && journal.reserve(chunk);
            if (!hasRoom) {
                return false;
            }
            int mask = chunk.isEncoded() ? 0 : detector.storage().noFilterMask();
            long local = chunk.firstFrame() - firstFrame;
            long address =
                    part.writeChunk(local, chunk.present().length(), mask, chunk.toStore(), chunk.toStoreBytes());
            journal(chunk, address, mask);
            note(chunk, local, address);
            noteReserved(room.endBytes() - chunksEnd);
            return true;
        } catch (IOException e) {
            throw StorageException.of("chunk not written: firstFrame=" + chunk.firstFrame() + ", file=" + file(), e);
        }
    }

    private void journal(EncodedChunk chunk, long address, int mask) throws IOException {
        long startNs = telemetry.nowNs();
        journal.chunk(chunk, address, mask);
        if (journal.file() != null) {
            telemetry.took(Timing.JOURNAL, telemetry.nowNs() - startNs);
            telemetry.add(Counter.FRAMES_JOURNALLED, chunk.present().cardinality());
        }
    }

    private void noteReserved(long bytes) {
        telemetry.reserved(bytes - reservedBytes);
        reservedBytes = bytes;
    }

    /**
     * Writes frames of a chunk that is still being filled into the journal, as bytes.
     *
     * @return false when the disk has no room
     * @throws StorageException when they cannot be written: give the source up
     */
    public boolean keep(EncodedChunk chunk, BitSet positions) {
        int frameBytes = (int) geometry.frameBytes();
        try {
            if (!journal.keep(chunk, positions, frameBytes)) {
                return false;
            }
            noteUnsynced(chunk.firstFrame(), positions, (long) positions.cardinality() * frameBytes);
            return true;
        } catch (IOException e) {
            throw StorageException.of(
                    "frames not journalled: firstFrame=" + chunk.firstFrame() + ", file=" + file(), e);
        }
    }

    /** Room that closing the file will take. */
    private long margin() {
        long chunks = Math.min(addresses.length * 2L, geometry.framesPerFile() / geometry.chunkFrames() + 1);
        return FileOverhead.bytes(
                chunks, geometry.chunkFrames(), detector.perFrame().record());
    }

    private void note(EncodedChunk chunk, long local, long address) {
        int number = (int) (local / geometry.chunkFrames());
        if (number >= addresses.length) {
            int length = Math.max(number + 1, 2 * addresses.length);
            addresses = Arrays.copyOf(addresses, length);
            chunkCrcs = Arrays.copyOf(chunkCrcs, length);
        }
        addresses[number] = address;
        chunkCrcs[number] = chunk.storedCrc();
        chunksEnd = Math.max(chunksEnd, address + chunk.toStoreBytes());
        BitSet present = chunk.present();
        int end = (int) local + present.length();
        if (end > frameChecksums.length) {
            frameChecksums = Arrays.copyOf(frameChecksums, Math.max(end, 2 * frameChecksums.length));
        }
        IntBuffer checksums = chunk.checksums();
        for (int at = present.nextSetBit(0); at >= 0; at = present.nextSetBit(at + 1)) {
            frameChecksums[(int) local + at] = checksums.get(at);
        }
        noteValues(chunk, (int) local);
        noteUnsynced(chunk.firstFrame(), present, chunk.toStoreBytes());
    }

    private void noteValues(EncodedChunk chunk, int local) {
        int recordBytes = detector.perFrame().record().bytes();
        if (recordBytes == 0) {
            return;
        }
        BitSet present = chunk.present();
        int from = present.nextSetBit(0);
        while (from >= 0) {
            int to = present.nextClearBit(from);
            values.put(local + from, to - from, chunk.values(), from * recordBytes);
            from = present.nextSetBit(to);
        }
    }

    private void noteUnsynced(long first, BitSet positions, long bytes) {
        if (unsyncedBytes == 0) {
            unsyncedSinceNs = System.nanoTime();
        }
        unsyncedBytes += bytes;
        int at = positions.nextSetBit(0);
        while (at >= 0) {
            int end = positions.nextClearBit(at);
            unsynced.add(first + at, end - at);
            at = positions.nextSetBit(end);
        }
    }

    /** Returns how many bytes were written since {@link #takeUnsynced}. */
    public long unsyncedBytes() {
        return unsyncedBytes;
    }

    /** Returns when the first of them was written, by {@link System#nanoTime()}. */
    public long unsyncedSinceNs() {
        return unsyncedSinceNs;
    }

    /** Returns the frames written since the last call: they survive a power loss once {@link #sync} has returned. */
    public List<FrameRange> takeUnsynced() {
        unsyncedBytes = 0;
        return unsynced.take();
    }

    /** Returns, once, that the folders above the file are still to be synced. Called by {@code syncer}. */
    public boolean takeUnplaced() {
        boolean isUnplaced = !isPlaced;
        isPlaced = true;
        return isUnplaced;
    }

    /**
     * Waits until what was written is on the disk: first the chunks, then the journal that names them. Called by {@code syncer}; the file may have been
     * completed meanwhile.
     */
    public void sync() throws IOException {
        requireSynced();
        try {
            force(false);
        } catch (IOException e) {
            syncFailure = e;
            throw e;
        }
    }

    private void force(boolean withTimes) throws IOException {
        long startNs = System.nanoTime();
        toSync.force(withTimes);
        long dataNs = System.nanoTime();
        telemetry.took(Timing.SYNC, dataNs - startNs);
        journal.force();
        if (journal.file() != null) {
            telemetry.took(Timing.SYNC, System.nanoTime() - dataNs);
        }
    }

    /** An error is told once: syncs that come later succeed, and say nothing of what was lost. */
    private void requireSynced() throws IOException {
        IOException first = syncFailure;
        if (first != null) {
            throw new IOException("an earlier sync failed: " + first.getMessage(), first);
        }
    }

    /** Returns, once for each step, whether the file has grown by so much that {@link #writeBack} is to follow. */
    public boolean isWritebackDue() {
        return writeback.isDue(chunksEnd);
    }

    /** Has the bytes up to this length leave the page cache for the disk. Called by {@code syncer}. */
    public void writeBack(long fileBytes) {
        writeback.advance(fileBytes);
    }

    /** Returns where the last byte of a chunk is, and one: the file must never be shorter. */
    public long chunksEnd() {
        return chunksEnd;
    }

    /**
     * Completes and closes the file; the journal then says so.
     *
     * @param frames final length
     * @param missing frames that never came, as indices of the stream
     * @throws StorageException when it cannot be completed: give the source up
     */
    public void seal(long frames, List<FrameRange> missing, OffsetDateTime endTime) {
        noteReserved(0);
        checkAddresses();
        part.seal(frames, missing, endTime, integrity((int) frames), values);
        try {
            journal.end();
            room.release();
        } catch (IOException e) {
            throw StorageException.of("journal not ended: file=" + journalFile(), e);
        }
    }

    /** Every address was predicted when its chunk was written; the index of the file is right in any case. */
    private void checkAddresses() {
        try {
            part.requireAddresses(addresses);
        } catch (StorageException e) {
            LOG.error("journal was wrong, and is not needed any more: {}", e.getMessage());
        }
    }

    private Integrity integrity(int frames) {
        int chunks = (frames + geometry.chunkFrames() - 1) / geometry.chunkFrames();
        return new Integrity(
                Arrays.copyOf(chunkCrcs, Math.max(chunks, chunkCrcs.length)),
                checksumScope,
                checksum,
                Arrays.copyOf(frameChecksums, Math.max(frames, frameChecksums.length)));
    }

    /** Closes the file so that it can be read, incomplete as it is; the part goes on in another source. */
    public void suspend() {
        noteReserved(0);
        part.close();
        try {
            journal.suspend();
            room.release();
        } catch (IOException e) {
            throw StorageException.of("journal not closed: file=" + journalFile(), e);
        }
    }

    /** Closes the file, broken as it is; what was safe is found by the journal. {@link #release} follows. */
    public void giveUp() {
        noteReserved(0);
        try {
            part.close();
        } catch (StorageException _) {
            // its index is lost, which the journal replaces
        }
    }

    /**
     * Waits until a closed file, and the journal that says so, are on the disk, and lets them go. Called by {@code syncer}.
     *
     * @throws IOException when this sync failed, or one before
     */
    public void finalSync() throws IOException {
        try {
            requireSynced();
            force(true);
            writeback.forget();
        } finally {
            release();
        }
    }

    /** Lets file and journal go that nobody writes any more. Called by {@code syncer}: closed under a sync, they would hide that it failed. */
    public void release() throws IOException {
        try (toSync;
                writeback) {
            journal.close();
        }
    }

    /** Removes the journal of a sealed file that is on the disk: the file speaks for itself. Called by {@code syncer}. */
    public void retireJournal() throws IOException {
        journal.remove();
    }
}
