package org.penstock.daemon.nexus;

import java.util.List;
import java.util.Set;
import org.penstock.daemon.hdf5.StorageException;

/**
 * A scan master that is ready to be published.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param embedded names of the detectors whose data is in the master itself: once it is published their parts can go
 * @param problems parts that the master shows but that cannot be read, at the end of a scan; their frames read as the fill
 *     value
 * @param remarks what could not be shown as it was described, in words
 */
public record WrittenMaster(
        Publication publication, Set<String> embedded, List<StorageException> problems, List<String> remarks) {
    public WrittenMaster {
        embedded = Set.copyOf(embedded);
        problems = List.copyOf(problems);
        remarks = List.copyOf(remarks);
    }
}
