package org.penstock.daemon.hdf5;

import java.util.List;

/**
 * One stage of a dataset's filter pipeline, stored as it is given: HDF5 runs no filter of ours.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param id the registered filter number, such as 32008
 * @param optional whether a chunk may be stored without it. Must be true for filters that libhdf5 does not have itself:
 *     it refuses to create a dataset that requires an unknown filter
 * @param cdValues the client data exactly as the C filter would store them
 */
public record FilterStage(int id, boolean optional, List<Integer> cdValues) {
    public FilterStage {
        cdValues = List.copyOf(cdValues);
    }
}
