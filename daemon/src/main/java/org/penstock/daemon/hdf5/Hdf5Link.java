package org.penstock.daemon.hdf5;

import hdf.hdf5lib.HDF5Constants;

/**
 * One link of a group.
 *
 * <p><b>Threading:</b> immutable.
 */
public record Hdf5Link(String name, Kind kind) {
    /** Where a link leads. */
    public enum Kind {
        /** To an object of the file. */
        HARD,
        /** To a path in the file. */
        SOFT,
        /** To a path in another file. */
        EXTERNAL,
        /** Where another program wanted it to. */
        OTHER
    }

    static Kind kind(int type) {
        if (type == HDF5Constants.H5L_TYPE_HARD) {
            return Kind.HARD;
        }
        if (type == HDF5Constants.H5L_TYPE_SOFT) {
            return Kind.SOFT;
        }
        return type == HDF5Constants.H5L_TYPE_EXTERNAL ? Kind.EXTERNAL : Kind.OTHER;
    }
}
