package org.penstock.daemon.scan;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.nexus.Publication;
import org.penstock.daemon.nexus.WrittenMaster;

/**
 * A scan master on its way to its place, and what waits until it is there.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 *
 * @param master null where none is written
 * @param isLast whether the scan has ended
 */
record MasterRound(@Nullable WrittenMaster master, List<Scan.Telling> waiting, boolean isLast) {
    List<Publication> publications() {
        return master == null ? List.of() : List.of(master.publication());
    }

    /** Returns the detectors whose data is in the master. */
    Set<String> embedded() {
        return master == null ? Set.of() : master.embedded();
    }
}
