package org.penstock.daemon.hdf5;

import static hdf.hdf5lib.HDF5Constants.H5P_DEFAULT;
import static hdf.hdf5lib.HDF5Constants.H5S_ALL;

import hdf.hdf5lib.H5;
import hdf.hdf5lib.HDF5Constants;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.protocol.ElementType;

/**
 * An open dataset that is complete: a small one, or a virtual one. Attributes can be put on it; it can be inspected, and
 * rows of numbers can be read.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, and checked.
 */
public final class Hdf5Dataset extends Hdf5Object {
    Hdf5Dataset(Hdf5File file, String path, long id) {
        super(file, path, id);
    }

    /** Returns the element type; null when it is none of ours. */
    public @Nullable ElementType type() {
        return inspect(H5::H5Dget_type, H5::H5Tclose, type -> {
            for (ElementType candidate : ElementType.values()) {
                if (H5.H5Tequal(type, Hdf5Library.typeId(candidate))) {
                    return candidate;
                }
            }
            return null;
        });
    }

    /** Returns the extents, slowest first; none for a scalar. */
    public List<Long> extents() {
        return inspect(H5::H5Dget_space, H5::H5Sclose, space -> {
            long[] extents = new long[H5.H5Sget_simple_extent_ndims(space)];
            if (extents.length > 0) {
                H5.H5Sget_simple_extent_dims(space, extents, null);
            }
            return Arrays.stream(extents).boxed().toList();
        });
    }

    /** Returns the text of a dataset that is one of variable length; null when it is none. */
    public @Nullable String text() {
        return inspect(H5::H5Dget_type, H5::H5Tclose, type -> {
            if (!H5.H5Tis_variable_str(type) || !extents().isEmpty()) {
                return null;
            }
            String[] value = new String[1];
            H5.H5Dread_VLStrings(
                    id(), type, HDF5Constants.H5S_ALL, HDF5Constants.H5S_ALL, HDF5Constants.H5P_DEFAULT, value);
            return value[0];
        });
    }

    /** Returns whether the dataset shows others. */
    public boolean isVirtual() {
        return inspect(
                H5::H5Dget_create_plist,
                H5::H5Pclose,
                creation -> H5.H5Pget_layout(creation) == HDF5Constants.H5D_VIRTUAL);
    }

    /**
     * Returns what a virtual dataset shows.
     *
     * @throws StorageException {@code CORRUPT} when it shows other than whole frames in a row
     */
    public List<VirtualLayout.Source> virtualSources() {
        List<Long> extents = extents();
        return inspect(
                H5::H5Dget_create_plist, H5::H5Pclose, creation -> StoredLayout.sources(this, creation, extents));
    }

    /**
     * Returns the layout of a dataset of frames.
     *
     * @throws StorageException {@code CORRUPT} when it is of a type that is none of ours, or its chunks do not hold whole
     *     frames
     */
    public ChunkedLayout chunkedLayout() {
        ElementType type = type();
        List<Long> extents = extents();
        if (type == null || extents.isEmpty()) {
            throw corrupt("a row of frames of integers or floats");
        }
        return inspect(
                H5::H5Dget_create_plist, H5::H5Pclose, creation -> StoredLayout.chunked(this, creation, type, extents));
    }

    /**
     * Reads a part of a row of unsigned 32-bit integers.
     *
     * @throws StorageException {@code CORRUPT} when it is no such row, is shorter, or cannot be read
     */
    public int[] readInts(long first, int count) {
        requireRow(ElementType.U4, first + count);
        int[] values = new int[count];
        read(ElementType.U4, first, count, values);
        return values;
    }

    /**
     * Reads a part of a row of signed 64-bit integers, or a scalar.
     *
     * @throws StorageException {@code CORRUPT} when it is no such row, is shorter, or cannot be read
     */
    public long[] readLongs(long first, int count) {
        requireRow(ElementType.I8, first + count);
        long[] values = new long[count];
        read(ElementType.I8, first, count, values);
        return values;
    }

    /**
     * Reads some pairs of signed 64-bit integers.
     *
     * @return two elements for each
     * @throws StorageException {@code CORRUPT} when they are no pairs, are fewer, or cannot be read
     */
    public long[] readPairs(long first, int count) {
        List<Long> extents = extents();
        if (type() != ElementType.I8
                || extents.size() != 2
                || extents.getLast() != 2
                || extents.getFirst() < first + count) {
            throw corrupt((first + count) + " pairs of i8");
        }
        long[] values = new long[2 * count];
        read(ElementType.I8, new long[] {first, 0}, new long[] {count, 2}, values);
        return values;
    }

    /**
     * Reads the beginning of a row of numbers, as its bytes.
     *
     * @throws StorageException {@code CORRUPT} when it is no such row, is shorter, or cannot be read
     */
    public byte[] readElements(ElementType type, int count) {
        requireRow(type, count);
        byte[] values = new byte[Math.multiplyExact(count, type.bytes())];
        read(type, 0, count, values);
        return values;
    }

    /**
     * Reads a row of texts of variable length.
     *
     * @throws StorageException {@code CORRUPT} when it is no such row, is of another length, or cannot be read
     */
    public String[] readTexts(int count) {
        return inspect(H5::H5Dget_type, H5::H5Tclose, type -> {
            if (!H5.H5Tis_variable_str(type) || !extents().equals(List.of((long) count))) {
                throw corrupt(count + " texts in a row");
            }
            String[] values = new String[count];
            H5.H5Dread_VLStrings(
                    id(), type, HDF5Constants.H5S_ALL, HDF5Constants.H5S_ALL, HDF5Constants.H5P_DEFAULT, values);
            return values;
        });
    }

    /** Refuses all but a row of this type and at least this length; a scalar is a row of one. */
    private void requireRow(ElementType expected, long length) {
        List<Long> extents = extents();
        boolean isRow = type() == expected && extents.size() <= 1;
        if (!isRow || (extents.isEmpty() ? 1 : extents.getFirst()) < length) {
            throw corrupt(length + " elements of " + expected.wireName() + " in a row");
        }
    }

    private void read(ElementType type, long first, int count, Object values) {
        if (count > 0) {
            read(type, new long[] {first}, new long[] {count}, values);
        }
    }

    private void read(ElementType type, long[] start, long[] length, Object values) {
        inspect(H5::H5Dget_space, H5::H5Sclose, space -> {
            boolean isScalar = H5.H5Sget_simple_extent_ndims(space) == 0;
            long memory = H5.H5Screate_simple(length.length, length, null);
            try {
                if (!isScalar) {
                    H5.H5Sselect_hyperslab(space, HDF5Constants.H5S_SELECT_SET, start, null, length, null);
                }
                long inFile = isScalar ? H5S_ALL : space;
                return H5.H5Dread(id(), Hdf5Library.typeId(type), memory, inFile, H5P_DEFAULT, values);
            } finally {
                H5.H5Sclose(memory);
            }
        });
    }

    /** Takes an id from the dataset, uses it and closes it. */
    private <T extends @Nullable Object> T inspect(LongFunction<Long> open, LongConsumer close, LongFunction<T> use) {
        requireOpen();
        return file().read("dataset not read", path(), () -> {
            long inspected = open.apply(id());
            try {
                return use.apply(inspected);
            } finally {
                close.accept(inspected);
            }
        });
    }

    StorageException corrupt(String expected) {
        return new StorageException(
                Reason.CORRUPT,
                "dataset not as expected: path=" + path() + ", file=" + file().path() + ", expected=" + expected
                        + ", actual=" + type() + extents());
    }

    @Override
    int closeId(long openId) {
        return H5.H5Dclose(openId);
    }
}
