package org.penstock.daemon.nexus;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.ChunkVisitor;
import org.penstock.daemon.hdf5.ChunkedDataset;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.daemon.hdf5.StoredChunk;
import org.penstock.protocol.FrameRange;

/**
 * One open file of a detector's frames, laid out as LImA does. Frames are counted from the first frame of the file.
 *
 * <pre>
 *   /&#64;default=entry_0000
 *     entry_0000                        NXentry &#64;default=INSTRUMENT/DETECTOR/plot
 *       title  start_time  end_time     (end_time when sealed)
 *       INSTRUMENT                      NXinstrument
 *         DETECTOR                      NXdetector
 *           data                        (frames, …) &#64;interpretation
 *           frame_start_number          scan-wide index of the first frame
 *           missing                     the frames that never came, when there are any ({@link MissingFrames})
 *           integrity                   NXcollection, when sealed with it: chunk_crc32c, frame_checksum or payload_checksum
 *           frame_timestamp  …          what came with each frame, when sealed with it ({@link PerFrame})
 *           plot                        NXdata, &#64;signal=data
 *           …                           the detector's fields
 *       measurement                     NXcollection, data linked
 * </pre>
 *
 * <p>After a {@link StorageException} nothing more can be written. The caller makes room when it can (a ballast file), then
 * calls {@link #close()}.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, and checked.
 */
public final class PartFile implements AutoCloseable {
    private final DetectorDescription detector;
    private final Hdf5File file;
    private final Hdf5Group entry;
    private final Hdf5Group detectorGroup;
    private final ChunkedDataset data;

    private PartFile(
            Hdf5File file, Path name, DetectorDescription detector, long firstFrame, OffsetDateTime startTime) {
        this.file = file;
        this.detector = detector;
        GroupNames names = detector.groups();
        NexusTree.rootAttributes(file.root(), name, startTime);
        file.root().attribute("default", names.entry());
        this.entry = NexusTree.group(file.root(), names.entry(), "NXentry");
        entry.attribute("default", names.instrument() + "/" + names.detector() + "/plot");
        entry.write("title", "Penstock detector acquisition: " + detector.name());
        entry.write("start_time", NexusTree.time(startTime));
        try (Hdf5Group instrument = NexusTree.group(entry, names.instrument(), "NXinstrument")) {
            instrument.attribute("default", names.detector() + "/plot");
            this.detectorGroup = NexusTree.group(instrument, names.detector(), "NXdetector");
        }
        detectorGroup.attribute("default", "plot");
        this.data = detectorGroup.chunkedDataset("data", detector.layout(), 0);
        data.attribute("interpretation", detector.interpretation());
        detectorGroup.write("frame_start_number", firstFrame);
        NexusTree.fields(detectorGroup, detector.fields());
        links(names.dataPath());
    }

    /**
     * Creates a part under its final name.
     *
     * @param firstFrame scan-wide index of the frame that is frame 0 of the file
     * @param startTime when the file is begun
     * @throws StorageException {@code EXISTS} when there is a file of that name, which stays as it is; any other: what was
     *     begun is removed
     */
    public static PartFile create(Path path, DetectorDescription detector, long firstFrame, OffsetDateTime startTime) {
        return createAs(path, path, detector, firstFrame, startTime);
    }

    /**
     * Creates a part under a temporary name; see {@link #create}.
     *
     * @param name the name it will be found under
     */
    public static PartFile createAs(
            Path path, Path name, DetectorDescription detector, long firstFrame, OffsetDateTime startTime) {
        Hdf5File file = Hdf5File.create(path);
        boolean created = false;
        try {
            PartFile part = new PartFile(file, name, detector, firstFrame, startTime);
            created = true;
            return part;
        } finally {
            if (!created) {
                MasterFile.abandon(file);
            }
        }
    }

    /** Returns the file's path. */
    public Path path() {
        return file.path();
    }

    /** Returns the path of the dataset in the file. */
    public String dataPath() {
        return detector.groups().dataPath();
    }

    /** Returns how many frames a reader would see: up to the last frame written. */
    public long frames() {
        return data.frames();
    }

    /** Returns the bytes up to the end of what is allocated: where the next chunk goes, and never less than before. */
    public long allocatedBytes() {
        return file.allocatedBytes();
    }

    /** Returns the descriptor of the open file, for what only the operating system can do with it. */
    public int descriptor() {
        return file.descriptor();
    }

    /** Returns whether a write failed: only {@link #close()} is left. */
    public boolean isPoisoned() {
        return file.isPoisoned();
    }

    /**
     * Writes one chunk.
     *
     * @param firstLocalFrame the chunk's first frame, counted from the start of this file; a multiple of {@code chunkFrames}
     * @param frames how many frames the chunk holds: {@code chunkFrames}, fewer at the end of a stream
     * @param filterMask bit i set: filter i was not applied
     * @param chunk native memory with the encoded chunk; always whole, also when it holds fewer frames; not kept
     * @param chunkBytes how many of its bytes to store
     * @return the address in the file at which the chunk lies
     * @throws IllegalArgumentException when it does not belong into this file, or was written before
     * @throws StorageException when it cannot be written; the file is poisoned
     */
    public long writeChunk(long firstLocalFrame, int frames, int filterMask, MemorySegment chunk, long chunkBytes) {
        if (frames < 1
                || frames > detector.storage().chunkFrames()
                || firstLocalFrame + frames > detector.storage().framesPerFile()) {
            throw new IllegalArgumentException("chunk beyond its file: firstLocalFrame=" + firstLocalFrame + ", frames="
                    + frames + ", storage=" + detector.storage() + ", file=" + file.path());
        }
        data.grow(Math.max(data.frames(), firstLocalFrame + frames));
        return data.writeChunk(firstLocalFrame, filterMask, chunk, chunkBytes);
    }

    /**
     * Completes and closes the file. When it throws, the caller makes room if it can, and calls {@link #close()}.
     *
     * @param frames final length; frames without a chunk read as the fill value
     * @param missing the frames that never came, as scan-wide indices
     * @param integrity checksums to keep beside the data; null for none
     * @param values what came with the frames; null for nothing
     * @throws IllegalArgumentException when {@code integrity} does not reach to the last frame
     * @throws StorageException when it cannot be written; the file is poisoned and still open
     */
    public void seal(
            long frames,
            List<FrameRange> missing,
            OffsetDateTime endTime,
            @Nullable Integrity integrity,
            @Nullable FrameTable values) {
        data.grow(frames);
        MissingFrames.of(missing).write(detectorGroup, NexusTree.MISSING);
        if (integrity != null) {
            integrity.write(detectorGroup, detector.storage().chunks(frames), frames);
        }
        if (values != null) {
            values.write(detectorGroup, UnaryOperator.identity(), frames);
        }
        entry.write("end_time", NexusTree.time(endTime));
        file.flush();
        file.close();
    }

    /**
     * Checks that each chunk lies where it was said to lie when it was written: a journal has those addresses.
     *
     * @param addresses by number of the chunk in the file; at least as many as chunks were written
     * @throws StorageException {@code CORRUPT} when one lies elsewhere
     */
    public void requireAddresses(long[] addresses) {
        AddressCheck check = new AddressCheck(addresses, detector.storage().chunkFrames());
        data.visitChunks(check);
        if (check.wrongFrame >= 0) {
            throw new StorageException(
                    Reason.CORRUPT,
                    "chunk is not where it was written: firstLocalFrame=" + check.wrongFrame + ", expected="
                            + check.expected(check.wrongFrame) + ", actual=" + check.actual + ", file=" + file.path());
        }
    }

    /** Finds the first chunk that lies elsewhere than expected. */
    private static final class AddressCheck implements ChunkVisitor {
        private final long[] addresses;
        private final int chunkFrames;
        private long wrongFrame = -1;
        private long actual;

        AddressCheck(long[] addresses, int chunkFrames) {
            this.addresses = addresses;
            this.chunkFrames = chunkFrames;
        }

        @Override
        public void chunk(long firstFrame, int filterMask, long address, long bytes) {
            if (wrongFrame < 0 && expected(firstFrame) != address) {
                wrongFrame = firstFrame;
                actual = address;
            }
        }

        /** Returns -1 for a chunk that nobody wrote. */
        private long expected(long firstFrame) {
            long number = firstFrame / chunkFrames;
            return number < 0 || number >= addresses.length ? -1 : addresses[(int) number];
        }
    }

    /**
     * Returns every chunk in the index of a part that is open to be read.
     *
     * @throws StorageException {@code CORRUPT} when the dataset is not the detector's
     */
    public static List<StoredChunk> storedChunks(Hdf5File file, String dataPath, DetectorDescription detector) {
        try (ChunkedDataset dataset = file.root().openChunked(dataPath, detector.layout())) {
            return dataset.storedChunks();
        }
    }

    /**
     * Returns how many frames a part shows that is open to be read.
     *
     * @throws StorageException {@code CORRUPT} when the dataset is not the detector's
     */
    public static long frames(Hdf5File file, String dataPath, DetectorDescription detector) {
        try (ChunkedDataset dataset = file.root().openChunked(dataPath, detector.layout())) {
            return dataset.frames();
        }
    }

    /**
     * Returns the frames that a part lists as missing, as scan-wide indices.
     *
     * @param frames of the part
     * @throws StorageException {@code CORRUPT} when others are listed
     */
    public static MissingFrames missing(Hdf5File file, String dataPath, FrameRange frames) {
        String path = dataPath.substring(0, dataPath.lastIndexOf('/') + 1) + NexusTree.MISSING;
        if (!file.root().hasLink(path)) {
            return MissingFrames.of(List.of());
        }
        try (Hdf5Dataset dataset = file.root().openDataset(path)) {
            return MissingFrames.read(dataset, frames);
        }
    }

    /** Closes a file that nobody shall see, and removes it. */
    public void abandon() {
        MasterFile.abandon(file);
    }

    /**
     * Closes a file that is not sealed: it has no {@code end_time}. Closing twice is allowed.
     *
     * @throws StorageException when its index could not be written; its chunks are there, but only a journal finds them
     */
    @Override
    public void close() {
        file.close();
    }

    private void links(String dataPath) {
        try (Hdf5Group plot = NexusTree.group(detectorGroup, "plot", "NXdata")) {
            plot.attribute("signal", "data");
            plot.softLink("data", dataPath);
        }
        try (Hdf5Group measurement = NexusTree.group(entry, "measurement", "NXcollection")) {
            measurement.softLink("data", dataPath);
        }
    }
}
