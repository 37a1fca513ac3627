package org.penstock.daemon.nexus;

import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.Channel;
import org.penstock.daemon.description.Value;

/**
 * One thing that was measured, or set, at each point of a scan: the data of a stream, or positions that were known beforehand.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}.
 *
 * @param group name of its NXdetector or NXpositioner
 * @param dataset name of its dataset in that group
 * @param measurement name in the measurement group
 * @param path absolute path of its dataset
 * @param data of a stream, or null
 * @param positions known beforehand, or null
 * @param units or null
 * @param longName label of an axis as it was said, or null
 * @param isMover whether it is a positioner's
 * @param isPrincipal whether it is what its group is for
 */
record Column(
        String group,
        String dataset,
        String measurement,
        String path,
        @Nullable DetectorData data,
        @Nullable Value positions,
        @Nullable String units,
        @Nullable String longName,
        boolean isMover,
        boolean isPrincipal) {

    /** Returns how many points it has. */
    long points() {
        if (data != null) {
            return data.state().frames();
        }
        return positions == null ? 0 : ((double[]) positions.value()).length;
    }

    /** Returns what viewers write at its axis: as it was said, or its name with its units, which silx does not add by itself; null when its name is all. */
    @Nullable String label() {
        return longName != null || units == null || units.isBlank() ? longName : measurement + " (" + units + ")";
    }

    /** Returns the number of dimensions at one point. */
    int rank() {
        return data == null ? 0 : data.state().description().rank();
    }

    /** Returns whether another has the same extents. */
    boolean isLike(Column other) {
        return points() == other.points()
                && rank() == other.rank()
                && (rank() == 0 || (data != null && other.data != null && data.isShapedLike(other.data)));
    }

    /** Returns whether it is stored beside others under a name of its own, as {@link Channel#DATA} is not. */
    boolean isNamed() {
        return !dataset.equals(Channel.DATA);
    }
}
