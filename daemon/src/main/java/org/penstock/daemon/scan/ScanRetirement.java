package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows when a scan has ended and its last master is published: its journal goes, and part files whose data is in the master.
 *
 * <p><b>Threading:</b> confined to hdf5-writer, but for what the syncer runs.
 */
record ScanRetirement(Scan scan, List<StreamFiles> streams, Scan.Services services) {
    private static final Logger LOG = LoggerFactory.getLogger(Scan.class);

    /** The scan is complete: its journal is not needed any more, once it is known that its parts are on the disk. */
    void begin(Set<String> embedded, boolean isShown) {
        // behind the syncs of the parts: one that failed has told so by then, and the next start goes on from there
        services.syncer().submit(() -> {}, _ -> {
            if (isShown && streams.stream().noneMatch(StreamFiles::isUnfinished)) {
                finished(embedded);
            } else if (streams.stream().noneMatch(StreamFiles::isUnderway)) {
                scan.journal().close();
            }
        });
    }

    private void finished(Set<String> embedded) {
        List<StreamFiles> moved = streams.stream()
                .filter(stream -> embedded.contains(stream.detector().name()))
                .toList();
        if (!scan.journal()
                .tryNote(ScanEvent.finished(
                        moved.stream().map(stream -> stream.record().stream()).toList()))) {
            scan.journal().close();
            return;
        }
        // part files may be gone only where it is on the disk that their data is in the master
        services.syncer().submit(scan.journal()::sync, failure -> {
            if (failure != null) {
                LOG.error(
                        "end of scan {} not on the disk, the next start looks after it: {}",
                        scan.entry(),
                        failure.getMessage());
                scan.journal().close();
                return;
            }
            moved.forEach(StreamFiles::remove);
            scan.journal().close();
            // until all masters show it, the next start must know of it
            services.links()
                    .whenLinked(
                            scan.record(), () -> services.syncer().submit(this::removeJournal, this::journalRemoved));
        });
    }

    private void removeJournal() throws IOException {
        Files.deleteIfExists(scan.journal().file());
        services.openScans().remove(scan.id());
    }

    private void journalRemoved(@Nullable IOException failure) {
        if (failure != null) {
            LOG.warn("scan journal not removed: file={}: {}", scan.journal().file(), failure.getMessage());
        }
    }
}
