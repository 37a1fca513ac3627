package org.penstock.daemon.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import org.penstock.daemon.frame.EncodedChunk;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.daemon.journal.JournalKind;
import org.penstock.daemon.journal.JournalWriter;
import org.penstock.protocol.JsonBody;

/**
 * The journal of one data file.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, but for {@link #force}, {@link #close} and {@link #remove}, which {@code syncer} calls.
 */
final class FileJournal implements PartJournal {
    /** Says that the file behind it was closed in good order, without being complete. */
    static final String SUSPENDED = "{\"event\":\"suspended\"}";

    private final Path file;
    private final JournalWriter writer;

    /** Bytes of what comes with a frame, 0 for nothing. */
    private final int recordBytes;

    private FileJournal(Path file, JournalWriter writer, int recordBytes) {
        this.file = file;
        this.writer = writer;
        this.recordBytes = recordBytes;
    }

    /** Makes a journal that is not there yet, with this header; when that fails, it is not there afterwards either. */
    static FileJournal create(Path file, PartRecord header) throws IOException {
        byte[] description = JsonBody.text(header).getBytes(StandardCharsets.UTF_8);
        int recordBytes = header.stream().perFrame().record().bytes();
        return new FileJournal(file, JournalWriter.create(file, JournalKind.PART, description), recordBytes);
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public boolean reserve(EncodedChunk chunk) throws IOException {
        int frames = chunk.present().cardinality();
        return reserve(JournalWriter.chunkEntryBytes(frames) + valuesBytes(frames));
    }

    private long valuesBytes(int frames) {
        return recordBytes == 0 ? 0 : JournalWriter.valuesEntryBytes(frames, recordBytes);
    }

    /** What came with frames goes before what promises them: what is promised is whole. */
    private void values(EncodedChunk chunk, BitSet positions) throws IOException {
        if (recordBytes > 0) {
            writer.values(chunk.firstFrame(), positions, chunk.values(), recordBytes);
        }
    }

    @Override
    public void chunk(EncodedChunk chunk, long address, int filterMask) throws IOException {
        values(chunk, chunk.present());
        writer.chunk(
                chunk.firstFrame(),
                chunk.present(),
                chunk.checksums(),
                address,
                chunk.toStoreBytes(),
                filterMask,
                chunk.storedCrc());
    }

    @Override
    public boolean keep(EncodedChunk chunk, BitSet positions, int frameBytes) throws IOException {
        int frames = positions.cardinality();
        if (!reserve(JournalWriter.framesEntryBytes(frames, frameBytes) + valuesBytes(frames))) {
            return false;
        }
        values(chunk, positions);
        writer.frames(chunk.firstFrame(), positions, chunk.checksums(), chunk.raw(), frameBytes);
        return true;
    }

    private boolean reserve(long bytes) throws IOException {
        try {
            writer.reserve(bytes);
            return true;
        } catch (IOException e) {
            if (StorageException.of("journal not extended: file=" + file, e).reason() == Reason.NO_SPACE) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void force() throws IOException {
        writer.force();
    }

    @Override
    public void end() throws IOException {
        writer.reserve(JournalWriter.endEntryBytes());
        writer.end();
    }

    @Override
    public void suspend() throws IOException {
        writer.reserve(JournalWriter.eventEntryBytes(SUSPENDED.length()));
        writer.event(SUSPENDED.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    @Override
    public void remove() throws IOException {
        Files.deleteIfExists(file);
    }
}
