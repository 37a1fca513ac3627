package org.penstock.daemon.hdf5;

import hdf.hdf5lib.H5;

/**
 * An open dataset that is complete: a small one, or a virtual one. Attributes can be put on it.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, and checked.
 */
public final class Hdf5Dataset extends Hdf5Object {
    Hdf5Dataset(Hdf5File file, String path, long id) {
        super(file, path, id);
    }

    @Override
    int closeId(long openId) {
        return H5.H5Dclose(openId);
    }
}
