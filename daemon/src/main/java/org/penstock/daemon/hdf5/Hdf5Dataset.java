package org.penstock.daemon.hdf5;

import hdf.hdf5lib.H5;
import hdf.hdf5lib.HDF5Constants;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.protocol.ElementType;

/**
 * An open dataset that is complete: a small one, or a virtual one. Attributes can be put on it, small ones can be read.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, and checked.
 */
public final class Hdf5Dataset extends Hdf5Object {
    Hdf5Dataset(Hdf5File file, String path, long id) {
        super(file, path, id);
    }

    /**
     * Reads a row of unsigned 32-bit integers.
     *
     * @param count how many there are
     * @throws StorageException {@code CORRUPT} when it is no such row, or cannot be read
     */
    public int[] readInts(int count) {
        requireOpen();
        return file().read("dataset not read", path(), () -> {
            requireRow(ElementType.U4, count);
            int[] values = new int[count];
            H5.H5Dread(
                    id(),
                    Hdf5Library.typeId(ElementType.U4),
                    HDF5Constants.H5S_ALL,
                    HDF5Constants.H5S_ALL,
                    HDF5Constants.H5P_DEFAULT,
                    values);
            return values;
        });
    }

    private void requireRow(ElementType type, int count) {
        long actualType = H5.H5Dget_type(id());
        long space = H5.H5Dget_space(id());
        try {
            boolean isRow =
                    H5.H5Tequal(actualType, Hdf5Library.typeId(type)) && H5.H5Sget_simple_extent_ndims(space) == 1;
            long length = H5.H5Sget_simple_extent_npoints(space);
            if (!isRow || length != count) {
                throw new StorageException(
                        Reason.CORRUPT,
                        "dataset not as expected: path=" + path() + ", file=" + file().path() + ", expected=" + count
                                + " elements of " + type.wireName() + " in a row, actual="
                                + (isRow ? length + " elements" : "another type or shape"));
            }
        } finally {
            H5.H5Sclose(space);
            H5.H5Tclose(actualType);
        }
    }

    @Override
    int closeId(long openId) {
        return H5.H5Dclose(openId);
    }
}
