package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.penstock.daemon.storage.CrashedParts;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.ScanRecord;
import org.penstock.daemon.storage.StreamRecord;

/** A scan as a power cut leaves it. */
public final class CrashedScan {
    private CrashedScan() {}

    /** The scan's journal says that a part of two frames is closed; neither its file nor an entry of its own journal reached the disk. */
    public static void leaveClosedPartWithoutItsFrames(Path folder) throws IOException {
        Files.createDirectories(folder);
        ScanRecord scan = CrashedParts.scan("id", folder);
        StreamRecord stream = CrashedParts.stream(folder);
        Path part = CrashedParts.journal(scan, stream, 0, 0);
        ScanJournal journal = ScanJournal.create(scan, Journals.BESIDE);
        journal.note(ScanEvent.opened(stream));
        journal.note(ScanEvent.source(stream.stream(), 0, 0, String.valueOf(part.getFileName())));
        journal.note(ScanEvent.closed(stream.stream(), 0, 2, List.of()));
        journal.close();
    }
}
