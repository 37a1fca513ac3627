package org.penstock.daemon.nexus;

import java.util.Set;
import org.penstock.daemon.description.NexusNames;

/**
 * The groups of a part file on the way to its data; each is normalised as {@link NexusNames} says.
 *
 * <p><b>Threading:</b> immutable.
 */
public record GroupNames(String entry, String instrument, String detector) {
    private static final Set<String> RESERVED = Set.of("title", "start_time", "end_time", "measurement");

    public GroupNames {
        entry = NexusNames.normalise(entry);
        instrument = NexusNames.normalise(instrument);
        detector = NexusNames.normalise(detector);
        if (RESERVED.contains(instrument)) {
            throw new IllegalArgumentException(
                    "instrument name is taken by the file format: instrument=" + instrument + ", taken=" + RESERVED);
        }
    }

    /** LImA's names: {@code entry_0000}, then the instrument's and the detector's. */
    public static GroupNames of(String instrument, String detector) {
        return new GroupNames("entry_0000", instrument, detector);
    }

    /** Returns the absolute path of the dataset with the frames. */
    public String dataPath() {
        return "/" + entry + "/" + instrument + "/" + detector + "/data";
    }
}
