package org.penstock.daemon.scan;

import java.util.function.Consumer;
import org.penstock.daemon.storage.RebuildJob;
import org.penstock.daemon.storage.RebuildResult;

/**
 * Makes part files of their sources, one after the other, away from the thread that writes.
 *
 * <p><b>Threading:</b> called by hdf5-writer.
 */
@FunctionalInterface
public interface Rebuilds {
    /** Does a job some time; {@code done} is called on hdf5-writer. */
    void submit(RebuildJob job, Consumer<RebuildResult> done);
}
