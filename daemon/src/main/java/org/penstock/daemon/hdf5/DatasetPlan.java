package org.penstock.daemon.hdf5;

import static hdf.hdf5lib.HDF5Constants.H5D_ALLOC_TIME_INCR;
import static hdf.hdf5lib.HDF5Constants.H5D_FILL_TIME_IFSET;
import static hdf.hdf5lib.HDF5Constants.H5P_DATASET_CREATE;
import static hdf.hdf5lib.HDF5Constants.H5S_SELECT_SET;
import static hdf.hdf5lib.HDF5Constants.H5S_UNLIMITED;
import static hdf.hdf5lib.HDF5Constants.H5Z_FLAG_MANDATORY;
import static hdf.hdf5lib.HDF5Constants.H5Z_FLAG_OPTIONAL;

import hdf.hdf5lib.H5;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.penstock.compression.FilterStage;
import org.penstock.protocol.ElementType;

/** The dataspace and the creation properties of a dataset to be, closed after it was created. */
final class DatasetPlan implements AutoCloseable {
    private final Hdf5File file;
    private final long space;
    private final long creation;

    private DatasetPlan(Hdf5File file, long space, long creation) {
        this.file = file;
        this.space = space;
        this.creation = creation;
    }

    long space() {
        return space;
    }

    long creation() {
        return creation;
    }

    static DatasetPlan chunked(Hdf5File file, ChunkedLayout layout, long frames) {
        DatasetPlan plan = of(file, layout.shape(frames));
        plan.run(() -> {
            H5.H5Pset_chunk(plan.creation, layout.frameShape().size() + 1, layout.shape(layout.chunkFrames()));
            // space comes with each chunk: nothing is written for chunks that never come
            H5.H5Pset_alloc_time(plan.creation, H5D_ALLOC_TIME_INCR);
            H5.H5Pset_fill_time(plan.creation, H5D_FILL_TIME_IFSET);
            plan.fill(layout.type(), layout.fillBits());
            for (FilterStage stage : layout.filters()) {
                plan.filter(stage);
            }
        });
        return plan;
    }

    static DatasetPlan virtual(Hdf5File file, VirtualLayout layout) {
        DatasetPlan plan = of(file, ChunkedLayout.shape(layout.frames(), layout.frameShape()));
        ElementType type = layout.type();
        plan.run(() -> {
            if (type != null) {
                plan.fill(type, layout.fillBits());
            }
            for (VirtualLayout.Source source : layout.sources()) {
                plan.map(layout, source);
            }
        });
        return plan;
    }

    static DatasetPlan reshaped(Hdf5File file, Reshaped layout) {
        long[] dims = dims(layout.shape());
        long space = file.call("dataspace not created", "/", () -> H5.H5Screate_simple(dims.length, dims, null));
        long creation = file.call("properties not created", "/", () -> H5.H5Pcreate(H5P_DATASET_CREATE));
        DatasetPlan plan = new DatasetPlan(file, space, creation);
        plan.run(() -> {
            plan.fill(layout.type(), layout.fillBits());
            plan.map(layout);
        });
        return plan;
    }

    private void map(Reshaped layout) {
        long[] source = dims(layout.sourceShape());
        long sourceSpace = H5.H5Screate_simple(source.length, source, null);
        try {
            long[] start = new long[source.length];
            long[] stride = new long[source.length];
            Arrays.fill(stride, 1);
            stride[0] = layout.stride();
            long[] count = source.clone();
            count[0] = layout.count();
            H5.H5Sselect_hyperslab(sourceSpace, H5S_SELECT_SET, start, stride, count, null);
            // a dot is the file itself, by whatever name it is found
            H5.H5Pset_virtual(creation, space, ".", escaped(layout.source()), sourceSpace);
        } finally {
            H5.H5Sclose(sourceSpace);
        }
    }

    private static long[] dims(List<Long> extents) {
        return extents.stream().mapToLong(Long::longValue).toArray();
    }

    /** Plans a dataset of these extents, unlimited in the first dimension. */
    private static DatasetPlan of(Hdf5File file, long[] dims) {
        long[] unlimited = new long[dims.length];
        System.arraycopy(dims, 0, unlimited, 0, dims.length);
        unlimited[0] = H5S_UNLIMITED;
        long space = file.call("dataspace not created", "/", () -> H5.H5Screate_simple(dims.length, dims, unlimited));
        long creation = file.call("properties not created", "/", () -> H5.H5Pcreate(H5P_DATASET_CREATE));
        return new DatasetPlan(file, space, creation);
    }

    private void run(Runnable settings) {
        boolean planned = false;
        try {
            file.call("dataset not planned", "/", () -> {
                settings.run();
                return 0;
            });
            planned = true;
        } finally {
            if (!planned) {
                close();
            }
        }
    }

    private void fill(ElementType type, long bits) {
        byte[] value = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(bits)
                .array();
        H5.H5Pset_fill_value(creation, Hdf5Library.typeId(type), Arrays.copyOf(value, type.bytes()));
    }

    private void filter(FilterStage stage) {
        int flags = stage.optional() ? H5Z_FLAG_OPTIONAL : H5Z_FLAG_MANDATORY;
        int[] values = stage.cdValues().stream().mapToInt(Integer::intValue).toArray();
        H5.H5Pset_filter(creation, stage.id(), flags, values.length, values);
    }

    private void map(VirtualLayout layout, VirtualLayout.Source source) {
        long[] block = ChunkedLayout.shape(source.frames(), layout.frameShape());
        long[] start = new long[block.length];
        long sourceSpace = H5.H5Screate_simple(block.length, block, null);
        try {
            start[0] = source.firstFrame();
            long[] once = new long[block.length];
            Arrays.fill(once, 1);
            H5.H5Sselect_hyperslab(space, H5S_SELECT_SET, start, once, once, block);
            H5.H5Pset_virtual(creation, space, escaped(source.file()), escaped(source.dataset()), sourceSpace);
        } finally {
            H5.H5Sclose(sourceSpace);
        }
    }

    /** HDF5 reads a percent sign in a source name as the start of a block number. */
    private static String escaped(String name) {
        return Names.checked(name).replace("%", "%%");
    }

    @Override
    public void close() {
        file.callWhilePoisoned("properties not closed", "/", () -> H5.H5Pclose(creation));
        file.callWhilePoisoned("dataspace not closed", "/", () -> H5.H5Sclose(space));
    }
}
