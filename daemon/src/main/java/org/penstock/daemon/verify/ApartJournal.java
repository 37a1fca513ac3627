package org.penstock.daemon.verify;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.journal.JournalHeader;
import org.penstock.daemon.journal.JournalKind;
import org.penstock.daemon.journal.JournalReader;
import org.penstock.daemon.storage.PartRecord;
import org.penstock.daemon.storage.ScanRecord;
import org.penstock.protocol.JsonBody;

/**
 * A journal in a folder of all journals: its header says what it is for.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param folder where its scan, or its part, is
 * @param file the scan master or the part, of which a journal of a continuation is too; null for a scan without a master
 */
record ApartJournal(Path journal, Path folder, @Nullable Path file) {

    /**
     * Reads the header.
     *
     * @throws IOException when it is damaged, or no journal
     */
    static ApartJournal read(Path journal) throws IOException {
        JournalHeader header = JournalReader.header(journal);
        byte[] description = header.description().getBytes(StandardCharsets.UTF_8);
        if (header.kind() == JournalKind.SCAN) {
            ScanRecord scan = JsonBody.readLenient(description, ScanRecord.class);
            return of(journal, Path.of(scan.folder()), scan.files().scan());
        }
        PartRecord part = JsonBody.readLenient(description, PartRecord.class);
        Path file = part.stream().names().file(part.part());
        return of(journal, Folders.of(file), file);
    }

    private static ApartJournal of(Path journal, Path folder, @Nullable Path file) {
        return new ApartJournal(journal, Folders.real(folder), file == null ? null : real(file));
    }

    /** A file need not be there yet, its folder is. */
    private static Path real(Path file) {
        return Folders.real(Folders.of(file)).resolve(String.valueOf(file.getFileName()));
    }

    boolean isOf(Path other) {
        return real(other).equals(file);
    }

    boolean isBelow(Path other) {
        return folder.startsWith(Folders.real(other));
    }
}
