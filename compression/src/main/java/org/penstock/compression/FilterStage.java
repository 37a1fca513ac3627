package org.penstock.compression;

import java.util.List;

/**
 * One filter of a dataset's creation property list, as the C filter itself would have stored it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param id registered HDF5 filter id, such as 32008
 * @param optional whether H5Z_FLAG_OPTIONAL is set: a chunk may then leave the filter out by its filter mask
 * @param cdValues the filter's client data, each value an unsigned 32-bit integer
 */
public record FilterStage(int id, boolean optional, List<Integer> cdValues) {
    public FilterStage {
        cdValues = List.copyOf(cdValues);
    }
}
