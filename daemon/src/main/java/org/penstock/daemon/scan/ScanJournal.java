package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.journal.Journal;
import org.penstock.daemon.journal.JournalKind;
import org.penstock.daemon.journal.JournalWriter;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.ScanRecord;
import org.penstock.protocol.JsonBody;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal of one scan: what it is, which streams it has, which part files were begun and closed. It is there from before the first frame until
 * every file of the scan is complete; a daemon that starts finds it and goes on.
 *
 * <p><b>Threading:</b> confined to hdf5-writer, but for {@link #sync}.
 */
final class ScanJournal {
    private static final Logger LOG = LoggerFactory.getLogger(ScanJournal.class);

    /** For the events that end parts, streams and the scan. */
    private static final long SPARE_BYTES = 32 << 10;

    /** Each description is noted whole: a client that says a little more, again and again, must not fill the disk. */
    static final long MOST_DESCRIBED_BYTES = 1L << 30;

    private final Path file;
    private final JournalWriter writer;
    private long describedBytes;

    private ScanJournal(Path file, JournalWriter writer) {
        this.file = file;
        this.writer = writer;
    }

    /** Begins the journal of a scan. */
    static ScanJournal create(ScanRecord scan, Journals journals) {
        Path file = journals.ofScan(scan);
        try {
            if (journals.apart() != null) {
                Files.createDirectories(Objects.requireNonNull(file.getParent()));
            }
            byte[] description = JsonBody.text(scan).getBytes(StandardCharsets.UTF_8);
            return new ScanJournal(file, JournalWriter.create(file, JournalKind.SCAN, description));
        } catch (IOException e) {
            throw StorageException.of("scan journal not made: file=" + file, e);
        }
    }

    /** Goes on with the journal of a scan that was suspended. */
    static ScanJournal reopen(Path file, Journal replayed) {
        try {
            return new ScanJournal(file, JournalWriter.reopen(file, replayed.tail()));
        } catch (IOException e) {
            throw StorageException.of("scan journal not opened: file=" + file, e);
        }
    }

    Path file() {
        return file;
    }

    /**
     * Notes an event: it is with the operating system when this returns. There is always room for the end of a scan: beginning a source fails before it is
     * taken.
     *
     * @throws StorageException {@code NO_SPACE} when the disk is full
     */
    void note(ScanEvent event) {
        long spare = event.event() == ScanEvent.Kind.SOURCE || event.event() == ScanEvent.Kind.STREAM ? SPARE_BYTES : 0;
        append(event.event(), JsonBody.text(event).getBytes(StandardCharsets.UTF_8), spare);
    }

    /**
     * Notes a description, as {@link #note(ScanEvent)} does.
     *
     * @throws ScanStateException when descriptions have become too many
     */
    void note(NotedDescription description) {
        expectRoom(description.event().length, MOST_DESCRIBED_BYTES);
        append(ScanEvent.Kind.DESCRIBED, description.event(), 0);
    }

    private void append(ScanEvent.Kind kind, byte[] json, long spareBytes) {
        try {
            writer.reserve(JournalWriter.eventEntryBytes(json.length) + spareBytes);
            writer.event(json);
        } catch (IOException e) {
            throw StorageException.of("scan journal not written: event=" + kind + ", file=" + file, e);
        }
    }

    /** Counts a description, and refuses it when all together are longer than may be. */
    void expectRoom(long bytes, long mostBytes) {
        if (describedBytes + bytes > mostBytes) {
            throw new ScanStateException("scan was described too often: bytes noted=" + describedBytes + ", more="
                    + bytes + ", most=" + mostBytes + "; say what is new less often");
        }
        describedBytes += bytes;
    }

    /**
     * Notes an event after which things go on in any case.
     *
     * @return whether it was noted; else the log says why
     */
    boolean tryNote(ScanEvent event) {
        try {
            note(event);
            return true;
        } catch (StorageException e) {
            LOG.error("{}", e.getMessage());
            return false;
        }
    }

    /** Waits until all that was noted is on the disk; any thread. */
    void sync() throws IOException {
        writer.force();
    }

    /** Closes it; it stays, and the scan with it. */
    void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw StorageException.of("scan journal not closed: file=" + file, e);
        }
    }

    /** Removes it: the scan has ended, and all of it is on the disk. */
    void retire() throws IOException {
        writer.close();
        Files.deleteIfExists(file);
    }
}
