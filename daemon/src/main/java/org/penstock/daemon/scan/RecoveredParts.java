package org.penstock.daemon.scan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a scan master says of part files that were made anew.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
final class RecoveredParts {
    private RecoveredParts() {}

    /** Returns a sentence, or null where no part was made anew. */
    static @Nullable String of(List<StreamFiles> streams) {
        List<String> recovered = streams.stream()
                .filter(StreamFiles::isRecovered)
                .map(stream -> stream.record().detector())
                .toList();
        return recovered.isEmpty()
                ? null
                : "part files were made anew, chunk by chunk checked against the journal, after the daemon or a disk failed:"
                        + " detectors=" + String.join(" ", recovered) + "; what is lost is in missing beside the data";
    }
}
