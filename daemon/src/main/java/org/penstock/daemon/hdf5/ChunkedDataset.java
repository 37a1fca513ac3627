package org.penstock.daemon.hdf5;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import hdf.hdf5lib.H5;
import hdf.hdf5lib.HDF5Constants;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongSupplier;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.daemon.hdf5.ffi.ChunkIndex;
import org.penstock.daemon.hdf5.ffi.LibHdf5;

/**
 * A dataset of frames that is written in chunks as they are stored: encoded by the caller, untouched by HDF5.
 *
 * <p>It only grows. Shrinking it would make HDF5 decode a chunk that is cut, with filters that it does not have here.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, and checked.
 */
public final class ChunkedDataset extends Hdf5Object {
    private final ChunkedLayout layout;
    private final long[] extent;
    private final BitSet written = new BitSet();

    /** Native memory of the calls, one chunk's coordinates and results, reused. */
    private final Arena arena = Arena.ofConfined();

    private final MemorySegment offset;
    private final MemorySegment mask = arena.allocate(JAVA_INT);
    private final MemorySegment address = arena.allocate(JAVA_LONG);
    private final MemorySegment bytes = arena.allocate(JAVA_LONG);

    /** Made once: growing is part of writing a chunk, which allocates nothing. */
    private final LongSupplier extend = this::extend;

    ChunkedDataset(Hdf5File file, String path, long id, ChunkedLayout layout, long frames) {
        super(file, path, id);
        this.layout = layout;
        this.extent = layout.shape(frames);
        this.offset = arena.allocate(JAVA_LONG, extent.length);
    }

    /** Takes an id that is closed when the dataset is not as expected. */
    static ChunkedDataset verified(Hdf5File file, String path, long id, ChunkedLayout expected) {
        ChunkedDataset dataset = new ChunkedDataset(file, path, id, expected, 0);
        try {
            dataset.extent[0] = file.read("dataset not inspected", path, dataset::verifiedFrames);
            return dataset;
        } catch (StorageException e) {
            dataset.close();
            throw e;
        }
    }

    /** Returns the number of frames that readers see. */
    public long frames() {
        return extent[0];
    }

    /** Returns the layout it was created or opened with. */
    public ChunkedLayout layout() {
        return layout;
    }

    /**
     * Writes one chunk. The dataset must have grown to hold at least its first frame.
     *
     * @param firstFrame index of the chunk's first frame, a multiple of the layout's {@code chunkFrames}
     * @param filterMask bit i set: stage i of the pipeline was not applied
     * @param data native memory with the encoded chunk; not kept
     * @param chunkBytes how many of its bytes to store
     * @return the address in the file at which the chunk lies
     * @throws IllegalArgumentException when the chunk is out of place, or was written before: an address is never
     *     written again
     * @throws StorageException when it cannot be written; the file is poisoned
     */
    public long writeChunk(long firstFrame, int filterMask, MemorySegment data, long chunkBytes) {
        file().requireUsable();
        requireOpen();
        int chunk = place(firstFrame);
        if (chunkBytes < 1 || chunkBytes > data.byteSize()) {
            throw new IllegalArgumentException("chunk longer than its memory: chunkBytes=" + chunkBytes
                    + ", memoryBytes=" + data.byteSize() + ", " + identity(firstFrame));
        }
        if (written.get(chunk)) {
            throw new IllegalArgumentException("chunk written before: " + identity(firstFrame));
        }
        boolean first = written.isEmpty();
        long next = file().allocatedBytes();
        offset.setAtIndex(JAVA_LONG, 0, firstFrame);
        long startNs = Hdf5Library.nowNs();
        int status = LibHdf5.writeChunk(id(), filterMask, offset, chunkBytes, data);
        Hdf5Library.took(CallTimer.Call.WRITE, startNs);
        if (status < 0) {
            file().check("chunk not written", path() + ", firstFrame=" + firstFrame + ", chunkBytes=" + chunkBytes, -1);
        }
        written.set(chunk);
        // the index itself takes space with the first chunk; every later one goes where the file ended
        return first ? chunkAddress(firstFrame) : next;
    }

    /**
     * Lets readers see more frames; those without a chunk read as the fill value.
     *
     * @param frames the new length, at least the present one
     */
    public void grow(long frames) {
        requireOpen();
        if (frames < extent[0]) {
            throw new IllegalArgumentException("dataset would shrink: frames=" + frames + ", present=" + extent[0]
                    + ", path=" + path() + ", file=" + file().path());
        }
        if (frames == extent[0]) {
            return;
        }
        extent[0] = frames;
        file().call("dataset not extended", path(), extend);
    }

    private long extend() {
        H5.H5Dset_extent(id(), extent);
        return 0;
    }

    /** Returns where a chunk lies in the file, looked up in the index: slow with many chunks; -1 when it is not there. */
    public long chunkAddress(long firstFrame) {
        place(firstFrame);
        offset.setAtIndex(JAVA_LONG, 0, firstFrame);
        if (LibHdf5.chunkInfo(id(), offset, mask, address, bytes) < 0) {
            throw ErrorStack.exception("chunk not found: " + identity(firstFrame), Reason.CORRUPT, null);
        }
        return address.get(JAVA_LONG, 0);
    }

    /**
     * Returns whether a reader who asks for a frame finds its chunk: in a damaged index a chunk can be listed and not be
     * found, and reads as the fill value.
     */
    public boolean finds(long firstFrame) {
        requireOpen();
        place(firstFrame);
        offset.setAtIndex(JAVA_LONG, 0, firstFrame);
        return LibHdf5.chunkStorageSize(id(), offset, bytes) >= 0 && bytes.get(JAVA_LONG, 0) > 0;
    }

    /**
     * Copies the chunks of another dataset, as stored. Both have the same layout.
     *
     * @param source dataset to read
     * @param frames how many of its frames to copy, from the first
     * @param firstFrame where its first frame goes, a multiple of {@code chunkFrames}
     * @throws StorageException when a chunk cannot be read or written
     */
    public void copyChunks(ChunkedDataset source, long frames, long firstFrame) {
        if (!source.layout.equals(layout)) {
            throw new IllegalArgumentException(
                    "datasets of different layout: from=" + source.layout + ", to=" + layout + ", path=" + path());
        }
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment memory = scratch.allocate(layout.chunkBytes(), Long.BYTES);
            for (StoredChunk chunk : source.storedChunks()) {
                if (chunk.firstFrame() >= frames) {
                    continue;
                }
                if (chunk.bytes() > memory.byteSize()) {
                    memory = scratch.allocate(chunk.bytes(), Long.BYTES);
                }
                source.readChunk(chunk.firstFrame(), memory);
                writeChunk(firstFrame + chunk.firstFrame(), chunk.filterMask(), memory, chunk.bytes());
            }
        }
    }

    /**
     * Returns every chunk in the index, in one pass.
     *
     * @throws StorageException {@code CORRUPT} when the index cannot be read
     */
    public List<StoredChunk> storedChunks() {
        List<StoredChunk> chunks = new ArrayList<>();
        visitChunks((first, chunkMask, where, stored) -> chunks.add(new StoredChunk(first, chunkMask, where, stored)));
        return chunks;
    }

    /**
     * Shows every chunk in the index, in one pass, and keeps none.
     *
     * @throws StorageException {@code CORRUPT} when the index cannot be read
     */
    public void visitChunks(ChunkVisitor visitor) {
        requireOpen();
        if (ChunkIndex.visit(id(), visitor::chunk) < 0) {
            throw ErrorStack.exception(
                    "chunk index not read: path=" + path() + ", file=" + file().path(), Reason.CORRUPT, null);
        }
    }

    /** Closes the dataset; the file stays open. */
    @Override
    public void close() {
        super.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    @Override
    int closeId(long openId) {
        return H5.H5Dclose(openId);
    }

    private void readChunk(long firstFrame, MemorySegment data) {
        offset.setAtIndex(JAVA_LONG, 0, firstFrame);
        if (LibHdf5.readChunk(id(), offset, mask, data) < 0) {
            throw ErrorStack.exception("chunk not read: " + identity(firstFrame), Reason.IO, null);
        }
    }

    /** Returns the number of the chunk that begins with this frame. */
    private int place(long firstFrame) {
        if (firstFrame < 0 || firstFrame >= extent[0] || firstFrame % layout.chunkFrames() != 0) {
            throw new IllegalArgumentException("no chunk begins here: " + identity(firstFrame) + ", frames=" + extent[0]
                    + ", chunkFrames=" + layout.chunkFrames());
        }
        return Math.toIntExact(firstFrame / layout.chunkFrames());
    }

    private String identity(long firstFrame) {
        return "firstFrame=" + firstFrame + ", path=" + path() + ", file=" + file().path();
    }

    private long verifiedFrames() {
        long type = H5.H5Dget_type(id());
        long space = H5.H5Dget_space(id());
        long creation = H5.H5Dget_create_plist(id());
        try {
            long[] actual = new long[extent.length];
            long[] chunk = new long[extent.length];
            boolean alike = H5.H5Tequal(type, Hdf5Library.typeId(layout.type()))
                    && H5.H5Sget_simple_extent_ndims(space) == extent.length
                    && H5.H5Pget_layout(creation) == HDF5Constants.H5D_CHUNKED;
            if (alike) {
                H5.H5Sget_simple_extent_dims(space, actual, null);
                H5.H5Pget_chunk(creation, chunk.length, chunk);
                alike = Arrays.equals(actual, layout.shape(actual[0]))
                        && Arrays.equals(chunk, layout.shape(layout.chunkFrames()))
                        && H5.H5Pget_nfilters(creation) == layout.filters().size();
            }
            if (!alike) {
                throw new StorageException(
                        Reason.CORRUPT,
                        "dataset not as expected: path=" + path() + ", file=" + file().path() + ", expected=" + layout);
            }
            return actual[0];
        } finally {
            H5.H5Pclose(creation);
            H5.H5Sclose(space);
            H5.H5Tclose(type);
        }
    }
}
