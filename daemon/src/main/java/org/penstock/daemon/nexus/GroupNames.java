package org.penstock.daemon.nexus;

/**
 * The groups of a part file on the way to its data; each is normalised as {@link NexusNames} says.
 *
 * <p><b>Threading:</b> immutable.
 */
public record GroupNames(String entry, String instrument, String detector) {
    public GroupNames {
        entry = NexusNames.normalise(entry);
        instrument = NexusNames.normalise(instrument);
        detector = NexusNames.normalise(detector);
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
