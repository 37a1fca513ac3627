package org.penstock.daemon.verify;

import java.util.List;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.daemon.nexus.MissingFrames;
import org.penstock.protocol.FrameRange;

/**
 * A dataset of frames, {@code data} in the group of its detector as a rule, in a part file or a scan master, and what is said there of its frames.
 *
 * <p><b>Threading:</b> confined to the thread that owns HDF5.
 *
 * @param group the root of the file
 * @param path absolute path of the group
 * @param name of the dataset in it; what is known of one that is not {@code data} is named after it
 */
record DetectorGroup(Hdf5Group group, String path, String name) {
    static final String DATA = "data";
    private static final String FIRST_FRAME = "/frame_start_number";
    private static final String MISSING = "missing";

    String dataPath() {
        return path + "/" + name;
    }

    /** Returns whether this is in a part file. */
    boolean isInPart() {
        return group.hasLink(path + FIRST_FRAME);
    }

    boolean hasIntegrity() {
        return group.hasLink(integrityPath());
    }

    /** Returns the path of what proves the frames. */
    String integrityPath() {
        return beside("integrity");
    }

    private String beside(String what) {
        return path + "/" + (name.equals(DATA) ? what : name + "_" + what);
    }

    /** Returns the scan-wide index of the first frame: 0 in a master. */
    long firstFrame() {
        if (!isInPart()) {
            return 0;
        }
        try (Hdf5Dataset dataset = group.openDataset(path + FIRST_FRAME)) {
            long first = dataset.readLongs(0, 1)[0];
            if (first < 0 || first >= FrameSet.MAX_FRAMES) {
                throw new StorageException(
                        Reason.CORRUPT,
                        "impossible index of the first frame: path=" + dataset.path() + ", actual=" + first);
            }
            return first;
        }
    }

    /**
     * Returns the frames that are listed as missing, by their indices in the stream.
     *
     * @throws StorageException {@code CORRUPT} when one is listed that is not of the dataset
     */
    MissingFrames missing(long firstFrame, long frames) {
        String list = beside(MISSING);
        if (!group.hasLink(list)) {
            return MissingFrames.of(List.of());
        }
        try (Hdf5Dataset dataset = group.openDataset(list)) {
            return MissingFrames.read(dataset, new FrameRange(firstFrame, frames));
        }
    }
}
