package org.penstock.daemon.source;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.Node;
import io.jhdf.api.dataset.ChunkedDataset;
import io.jhdf.dataset.DatasetBase;
import io.jhdf.exceptions.HdfException;
import io.jhdf.exceptions.UnsupportedHdfException;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.ElementType;

/**
 * A dataset of an HDF5 file, read through jHDF: in whole rows of its first axis, so that a chunk is decoded once for all of its frames.
 *
 * <p><b>Threading:</b> any thread, one at a time inside.
 */
final class Hdf5Dataset implements FrameSource {
    private static final long BLOCK_BYTES = 16 << 20;

    private final String name;
    private final HdfFile file;
    private final DatasetBase dataset;
    private final Layout layout;
    private final @Nullable Hdf5Chunks chunks;
    private final Layout.Frames split;
    private final long rowBytes;
    private final long blockRows;

    // a decoded block is shared by all readers
    private final ReentrantLock reading = new ReentrantLock();
    private long blockFirstRow = -1;
    private @Nullable ByteBuffer block;

    private Hdf5Dataset(String name, HdfFile file, DatasetBase dataset, @Nullable Integer frameDimensions)
            throws IOException {
        this.name = name;
        this.file = file;
        this.dataset = dataset;
        this.layout = layout(name, dataset);
        this.chunks = Hdf5Chunks.of(name, dataset, layout);
        this.split = layout.frames(name, frameDimensions);
        this.rowBytes = layout.bytes() / layout.shape().getFirst();
        this.blockRows = blockRows(dataset, rowBytes);
    }

    /** Opens {@code path} in a file. */
    static FrameSource open(Path path, String datasetPath, @Nullable Integer frameDimensions) throws IOException {
        String name = path + "::" + datasetPath;
        HdfFile file;
        try {
            file = new HdfFile(path);
        } catch (HdfException e) {
            throw new IOException("not an HDF5 file that can be read: file=" + path + ", problem=" + e.getMessage(), e);
        }
        try {
            return new Hdf5Dataset(name, file, dataset(name, file, datasetPath), frameDimensions);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Returns paths of the datasets of a file that could be frames, a few of them, for a message. */
    static List<String> candidates(Path path) throws IOException {
        try (HdfFile file = new HdfFile(path)) {
            List<String> found = new ArrayList<>();
            collect(file, found);
            return found;
        } catch (HdfException e) {
            throw new IOException("not an HDF5 file that can be read: file=" + path + ", problem=" + e.getMessage(), e);
        }
    }

    private static void collect(io.jhdf.api.Group group, List<String> found) {
        for (Node node : group) {
            if (found.size() == 5 || node.isLink()) {
                continue;
            }
            if (node instanceof Dataset dataset && dataset.getDimensionsAsLong().length > 1) {
                found.add(node.getPath());
            } else if (node instanceof io.jhdf.api.Group child) {
                collect(child, found);
            }
        }
    }

    private static DatasetBase dataset(String name, HdfFile file, String datasetPath) throws IOException {
        Node node;
        try {
            node = file.getByPath(datasetPath);
        } catch (HdfException e) {
            throw unopened(name, e);
        }
        if (!(node instanceof DatasetBase dataset)) {
            throw new IOException("not a dataset: file=" + name + ", expected=dataset, actual=" + node.getType());
        }
        return dataset;
    }

    /** jHDF reads no virtual datasets, nor any other object of a group that has one. */
    private static IOException unopened(String name, HdfException problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnsupportedHdfException
                    && String.valueOf(cause.getMessage()).contains("Virtual")) {
                return new IOException(
                        "virtual dataset, or one beside it, is not read: file=" + name
                                + "; send the files that it shows (h5dump -H -p names them), or a copy made with h5py",
                        problem);
            }
        }
        return new IOException(
                "no such dataset: file=" + name + ", problem=" + problem.getMessage() + "; h5ls -r lists what there is",
                problem);
    }

    private static Layout layout(String name, DatasetBase dataset) throws IOException {
        List<Long> shape = Arrays.stream(dataset.getDimensionsAsLong()).boxed().toList();
        DataType type = dataset.getDataType();
        int bits = 8 * type.getSize();
        return switch (type) {
            case FixedPoint integer
            when integer.getBitPrecision() == bits ->
                Layout.of(name, order(integer.getByteOrder()) + (integer.isSigned() ? "i" : "u") + bits / 8, shape);
            case FloatingPoint real
            when real.getBitPrecision() == bits -> Layout.of(name, order(real.getByteOrder()) + "f" + bits / 8, shape);
            default ->
                throw new IOException("element type not supported: file=" + name
                        + ", expected=integer or floating point, actual="
                        + type.getClass().getSimpleName());
        };
    }

    private static String order(ByteOrder order) {
        return order == ByteOrder.BIG_ENDIAN ? ">" : "<";
    }

    private static long blockRows(DatasetBase dataset, long rowBytes) {
        long rows = Math.max(1, BLOCK_BYTES / rowBytes);
        if (dataset instanceof ChunkedDataset chunked) {
            long chunkRows = chunked.getChunkDimensions()[0];
            rows = Math.max(1, rows / chunkRows) * chunkRows;
        }
        return Math.max(1, Math.min(rows, Integer.MAX_VALUE / rowBytes));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ElementType type() {
        return layout.type();
    }

    @Override
    public List<Long> frameShape() {
        return split.shape();
    }

    @Override
    public long frames() {
        return split.count();
    }

    @Override
    public boolean isReady() {
        return false;
    }

    @Override
    public ByteBuffer frame(long index, ByteBuffer scratch) throws IOException {
        int bytes = Math.toIntExact(frameBytes());
        reading.lock();
        try {
            ByteBuffer target = scratch.clear().limit(bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int done = 0; done < bytes; ) {
                long at = index * bytes + done;
                ByteBuffer rows = block(index, at / rowBytes);
                int from = Math.toIntExact(at - blockFirstRow * rowBytes);
                int count = Math.min(bytes - done, rows.limit() - from);
                target.put(done, rows, from, count);
                done += count;
            }
            return target;
        } finally {
            reading.unlock();
        }
    }

    /** Returns the block with this row of the first axis, with little-endian elements. */
    private ByteBuffer block(long frame, long row) throws IOException {
        ByteBuffer kept = block;
        long first = row / blockRows * blockRows;
        if (kept != null && first == blockFirstRow) {
            return kept;
        }
        int rows = (int) Math.min(blockRows, layout.shape().getFirst() - first);
        try {
            ByteBuffer stored = stored(first, rows);
            boolean isSwapped = layout.isBigEndian() && type().bytes() > 1;
            kept = isSwapped
                    ? PlacedFrames.swapped(stored, type().bytes(), ByteBuffer.allocate(stored.remaining()))
                    : stored.slice();
        } catch (HdfException | IOException e) {
            throw new IOException(
                    "frame cannot be read: file=" + name + ", frame=" + frame + ", problem=" + e.getMessage(), e);
        }
        block = kept;
        blockFirstRow = first;
        return kept;
    }

    private ByteBuffer stored(long first, int rows) throws IOException {
        if (chunks != null) {
            return chunks.rows(first, rows);
        }
        long[] offset = new long[layout.shape().size()];
        int[] extents = new int[offset.length];
        offset[0] = first;
        extents[0] = rows;
        for (int i = 1; i < extents.length; i++) {
            extents[i] = Math.toIntExact(layout.shape().get(i));
        }
        return dataset.getSliceDataBuffer(offset, extents);
    }

    @Override
    public void close() {
        file.close();
    }
}
