package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.penstock.daemon.storage.PartRebuild;
import org.penstock.daemon.storage.RebuildJob;
import org.penstock.daemon.storage.RebuildResult;

/**
 * Reads and checks what {@link ScanRecovery} would make a scan of, and changes nothing: {@code ./penstock recover --dry-run}.
 *
 * <p><b>Threading:</b> confined to the thread that owns HDF5.
 */
public final class ScanCheck {
    private static final int NO_MODE = 0;

    private ScanCheck() {}

    /** Looks at a scan. */
    public static ScanRecovery.Recovered look(Path journal) {
        List<RebuildResult> parts = new ArrayList<>();
        try {
            ScanReplay replay = ScanReplay.of(journal);
            replay.streams()
                    .values()
                    .forEach(stream -> stream.parts.forEach((number, part) -> {
                        List<Path> journals =
                                part.journals.stream().filter(Files::exists).toList();
                        if (!journals.isEmpty()) {
                            parts.add(look(stream.record.names().file(number), journals, part.isSuspect));
                        }
                    }));
            return new ScanRecovery.Recovered(journal, replay.record().files().scan(), List.of(), parts, null);
        } catch (IOException | RuntimeException e) {
            return new ScanRecovery.Recovered(journal, null, List.of(), parts, String.valueOf(e.getMessage()));
        }
    }

    /** Looks at a scan whose journal would be made anew. */
    public static ScanRecovery.Recovered look(LostScanJournal scan) {
        List<RebuildResult> parts = new ArrayList<>();
        scan.journalsByFile().forEach((file, journals) -> parts.add(look(file, journals, false)));
        return new ScanRecovery.Recovered(scan.file(), scan.scan().files().scan(), List.of(), parts, null);
    }

    private static RebuildResult look(Path file, List<Path> journals, boolean isSuspect) {
        List<String> names = journals.stream().map(Path::toString).toList();
        return PartRebuild.run(new RebuildJob(file.toString(), names, null, true, isSuspect, NO_MODE, null), () -> {});
    }
}
