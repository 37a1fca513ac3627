package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.penstock.daemon.journal.JournalReader;
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

    /** Says in a scan's journal that a stream has ended with so many frames, as a daemon does that is killed then. */
    public static void sayEnding(Path journal, String stream, long frames) throws IOException {
        ScanJournal scan = ScanJournal.reopen(journal, JournalReader.read(journal));
        scan.note(ScanEvent.ending(stream, frames, new ScanEvent.End(true, false, frames), "ended by the client"));
        scan.close();
    }

    /** A scan that has not ended, of one stream that announced so many frames and has sent none; a start of the daemon finds it. */
    public static void leaveOpen(Path dataDir, String name, long frames) throws IOException {
        Path folder = Files.createDirectories(dataDir.resolve(name));
        ScanRecord scan = CrashedParts.scan(name, folder);
        StreamRecord stream = CrashedParts.stream(folder, frames);
        ScanJournal journal = ScanJournal.create(scan, Journals.BESIDE);
        journal.note(ScanEvent.opened(stream));
        journal.close();
        Path open = Files.createDirectories(OpenScans.folder(dataDir));
        Files.createSymbolicLink(open.resolve(name), open.relativize(journal.file()));
    }
}
