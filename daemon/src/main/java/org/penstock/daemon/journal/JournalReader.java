package org.penstock.daemon.journal;

import static org.penstock.daemon.journal.JournalFormatException.Reason.BLANK;
import static org.penstock.daemon.journal.JournalFormatException.Reason.DAMAGED;
import static org.penstock.daemon.journal.JournalFormatException.Reason.NEWER_VERSION;
import static org.penstock.daemon.journal.JournalFormatException.Reason.NO_JOURNAL;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.journal.JournalTail.State;

/**
 * Reads journals, whatever a crash left of them: the entries up to the first bad one.
 *
 * <p>Memory is taken for what has passed its checksum only; a file of any length is read through a window.
 *
 * <p><b>Threading:</b> a call is confined to its thread. A journal that is being written may be read: its last entry can then look torn.
 */
public final class JournalReader {
    private static final HexFormat HEX = HexFormat.of();

    private final JournalBytes bytes;
    private final JournalHeader header;
    private long offset;
    private long entries;
    private long chunks;
    private long frames;
    private int digest = EntryDigest.NONE;

    /** The entry before, where that is what came with frames. */
    private @Nullable ValuesEntry came;

    /** At an offset there is no good entry, for a reason. */
    private static final class BadEntryException extends Exception {
        private static final long serialVersionUID = 1;

        private final String problem;

        private BadEntryException(String problem) {
            super(problem, null, false, false);
            this.problem = problem;
        }
    }

    private JournalReader(JournalBytes bytes, JournalHeader header) {
        this.bytes = bytes;
        this.header = header;
        this.offset = header.entriesAt();
    }

    /**
     * Reads a whole journal. One of a million chunks takes some hundred MB here: see {@link #replay}.
     *
     * @throws JournalFormatException when the header is not right
     */
    public static Journal read(Path file) throws IOException {
        List<JournalEntry> entries = new ArrayList<>();
        JournalHeader[] header = new JournalHeader[1];
        JournalTail tail = replay(file, new JournalVisitor() {
            @Override
            public void onHeader(JournalHeader read) {
                header[0] = read;
            }

            @Override
            public void onEntry(JournalEntry entry) {
                entries.add(entry);
            }
        });
        return new Journal(header[0], entries, tail);
    }

    /**
     * Shows every good entry to a visitor and keeps none.
     *
     * @throws JournalFormatException when the header is not right; no entry was shown then
     */
    public static JournalTail replay(Path file, JournalVisitor visitor) throws IOException {
        try (JournalBytes bytes = JournalBytes.open(file)) {
            JournalReader reader = new JournalReader(bytes, header(bytes));
            visitor.onHeader(reader.header);
            return reader.replay(visitor);
        }
    }

    /**
     * Reads the header alone.
     *
     * @throws JournalFormatException when it is not right
     */
    public static JournalHeader header(Path file) throws IOException {
        try (JournalBytes bytes = JournalBytes.open(file)) {
            return header(bytes);
        }
    }

    private static JournalHeader header(JournalBytes bytes) throws IOException {
        Path file = bytes.file();
        int fixed = JournalLayout.HEADER_FIXED_BYTES;
        if (bytes.isZero(0, Math.min(bytes.length(), fixed))) {
            throw refused(BLANK, "journal has no header: file=" + file + ", bytes=" + bytes.length());
        }
        long magic = bytes.length() < Long.BYTES ? 0 : bytes.i64(0);
        if (magic != JournalLayout.HEADER_MAGIC) {
            throw refused(
                    NO_JOURNAL,
                    "not a journal: file=" + file + ", expected=" + HEX.toHexDigits(JournalLayout.HEADER_MAGIC)
                            + ", actual=" + HEX.toHexDigits(magic));
        }
        if (bytes.length() < fixed) {
            throw damaged(file, "expectedBytes>=" + fixed + ", actualBytes=" + bytes.length());
        }
        int crc = bytes.crc(0, JournalLayout.HEADER_CRC);
        if (crc != bytes.i32(JournalLayout.HEADER_CRC)) {
            throw damaged(file, hex(bytes.i32(JournalLayout.HEADER_CRC), crc));
        }
        int version = bytes.u16(JournalLayout.HEADER_VERSION);
        if (version > JournalLayout.VERSION) {
            throw refused(
                    NEWER_VERSION,
                    "journal of a newer version: expected<=" + JournalLayout.VERSION + ", actual=" + version + ", file="
                            + file + "; use the Penstock that wrote it");
        }
        JournalKind kind = JournalKind.of(bytes.u16(JournalLayout.HEADER_KIND));
        if (version == 0 || kind == null) {
            throw damaged(file, "version=" + version + ", kind=" + bytes.u16(JournalLayout.HEADER_KIND));
        }
        return described(bytes, kind, version);
    }

    private static JournalHeader described(JournalBytes bytes, JournalKind kind, int version) throws IOException {
        long begin = JournalLayout.HEADER_FIXED_BYTES;
        long entriesAt = bytes.u32(JournalLayout.HEADER_BYTES);
        long length = bytes.u32(JournalLayout.HEADER_DESCRIPTION_BYTES);
        if (length > JournalWriter.MAX_DESCRIPTION_BYTES
                || entriesAt != JournalLayout.headerBytes(length)
                || entriesAt > bytes.length()) {
            throw damaged(
                    bytes.file(),
                    "headerBytes=" + entriesAt + ", descriptionBytes=" + length + ", actualBytes=" + bytes.length());
        }
        int crc = bytes.crc(begin, begin + length);
        int expected = bytes.i32(JournalLayout.HEADER_DESCRIPTION_CRC);
        if (crc != expected || !bytes.isZero(begin + length, entriesAt)) {
            throw refused(
                    DAMAGED,
                    "journal description is damaged: file=" + bytes.file() + ", descriptionBytes=" + length + ", "
                            + hex(expected, crc));
        }
        return new JournalHeader(bytes.file(), kind, version, entriesAt, bytes.text(begin, (int) length));
    }

    private JournalTail replay(JournalVisitor visitor) throws IOException {
        try {
            while (!bytes.isZero(offset, Math.min(offset + JournalLayout.ENTRY_HEAD_BYTES, bytes.length()))) {
                long length = checkedLength();
                JournalEntry entry = decoded(length);
                digest = EntryDigest.with(digest, bytes.i32(offset + JournalLayout.ENTRY_CRC));
                offset += length;
                entries++;
                came = entry instanceof ValuesEntry values ? values : null;
                visitor.onEntry(entry);
                if (entry instanceof EndEntry) {
                    return tail(State.ENDED, "");
                }
            }
        } catch (BadEntryException e) {
            return tail(State.TORN, e.problem);
        }
        return bytes.isZero(offset, bytes.length())
                ? tail(State.OPEN, "")
                : tail(State.TORN, "entry begins with zeros, and other bytes follow: " + place());
    }

    private JournalTail tail(State state, String problem) {
        return new JournalTail(state, offset, entries, chunks, frames, digest, problem);
    }

    /** Returns the length of the entry at the offset, whose bytes are as they were written. */
    private long checkedLength() throws IOException, BadEntryException {
        long left = bytes.length() - offset;
        if (left < JournalLayout.ENTRY_HEAD_BYTES) {
            throw new BadEntryException("entry is cut off: " + place() + ", expectedBytes>="
                    + JournalLayout.ENTRY_HEAD_BYTES + ", actualBytes=" + left);
        }
        int magic = bytes.i32(offset);
        if (magic != JournalLayout.ENTRY_MAGIC) {
            throw new BadEntryException("no entry: " + place() + ", " + hex(JournalLayout.ENTRY_MAGIC, magic));
        }
        long length = bytes.u32(offset + JournalLayout.ENTRY_BYTES);
        if (length < JournalLayout.ENTRY_HEAD_BYTES
                || length % JournalLayout.ENTRY_ALIGNMENT != 0
                || length > Math.min(left, JournalWriter.MAX_ENTRY_BYTES)) {
            throw new BadEntryException("entry has an impossible length: " + place() + ", expectedBytes<="
                    + Math.min(left, JournalWriter.MAX_ENTRY_BYTES) + ", actualBytes=" + length);
        }
        int crc = bytes.crc(offset + JournalLayout.ENTRY_BYTES, offset + length);
        int expected = bytes.i32(offset + JournalLayout.ENTRY_CRC);
        if (crc != expected) {
            throw new BadEntryException("entry is damaged: " + place() + ", " + hex(expected, crc));
        }
        long sequence = bytes.i64(offset + JournalLayout.ENTRY_SEQUENCE);
        if (sequence != entries) {
            throw new BadEntryException("entry of another life of the file: file=" + header.file() + ", offset="
                    + offset + ", expected=" + entries + ", actual=" + Long.toUnsignedString(sequence));
        }
        return length;
    }

    /** What came with frames is of those that the next entry promises. */
    private void requirePromised(long firstFrame, FrameChecksums promised) throws BadEntryException {
        if (came != null && (came.firstFrame() != firstFrame || !promised.areAt(came.positions()))) {
            throw new BadEntryException("entry promises other frames than those whose values came before it: " + place()
                    + ", expectedFirstFrame=" + came.firstFrame() + ", actualFirstFrame=" + firstFrame
                    + ", expectedPositions=" + Arrays.toString(came.positions()) + ", actualPositions="
                    + promised.positionsText());
        }
    }

    private JournalEntry decoded(long length) throws IOException, BadEntryException {
        int kind = bytes.u16(offset + JournalLayout.ENTRY_KIND);
        JournalEntry entry = switch (kind) {
            case JournalLayout.CHUNK -> chunk(length);
            case JournalLayout.FRAMES -> frames(length);
            case JournalLayout.VALUES -> values(length);
            case JournalLayout.EVENT -> event(length);
            case JournalLayout.END -> end(length);
            default -> null;
        };
        if (entry == null) {
            throw new BadEntryException(
                    "entry contradicts itself: " + place() + ", kind=" + kind + ", entryBytes=" + length);
        }
        return entry;
    }

    private @Nullable JournalEntry chunk(long length) throws IOException, BadEntryException {
        if (length < JournalLayout.CHUNK_FIXED_BYTES
                || length != JournalLayout.chunkBytes(bytes.u32(offset + JournalLayout.CHUNK_FRAMES))) {
            return null;
        }
        FrameChecksums inChunk =
                checksums(JournalLayout.CHUNK_FIXED_BYTES, bytes.i32(offset + JournalLayout.CHUNK_FRAMES));
        long firstFrame = bytes.i64(offset + JournalLayout.CHUNK_FIRST_FRAME);
        long address = bytes.i64(offset + JournalLayout.CHUNK_ADDRESS);
        long storedBytes = bytes.i64(offset + JournalLayout.CHUNK_STORED_BYTES);
        if (inChunk == null || firstFrame < 0 || address < 0 || storedBytes < 0) {
            return null;
        }
        requirePromised(firstFrame, inChunk);
        chunks++;
        frames += inChunk.frames();
        return new ChunkEntry(
                offset,
                entries,
                firstFrame,
                address,
                storedBytes,
                bytes.i32(offset + JournalLayout.CHUNK_FILTER_MASK),
                bytes.i32(offset + JournalLayout.CHUNK_CRC),
                inChunk);
    }

    private @Nullable JournalEntry frames(long length) throws IOException, BadEntryException {
        if (length < JournalLayout.FRAMES_FIXED_BYTES) {
            return null;
        }
        int frameBytes = bytes.i32(offset + JournalLayout.FRAMES_FRAME_BYTES);
        long count = bytes.u32(offset + JournalLayout.FRAMES_FRAMES);
        long firstFrame = bytes.i64(offset + JournalLayout.FRAMES_FIRST_FRAME);
        if (frameBytes < 0 || firstFrame < 0 || length != JournalLayout.framesBytes(count, frameBytes)) {
            return null;
        }
        FrameChecksums early = checksums(JournalLayout.FRAMES_FIXED_BYTES, (int) count);
        long bytesAt = offset + JournalLayout.FRAMES_FIXED_BYTES + count * JournalLayout.FRAME_BYTES;
        if (early == null) {
            return null;
        }
        requirePromised(firstFrame, early);
        return new FramesEntry(offset, entries, firstFrame, frameBytes, early, bytesAt);
    }

    private @Nullable JournalEntry values(long length) throws IOException {
        if (length < JournalLayout.VALUES_FIXED_BYTES) {
            return null;
        }
        int recordBytes = bytes.i32(offset + JournalLayout.VALUES_RECORD_BYTES);
        long count = bytes.u32(offset + JournalLayout.VALUES_FRAMES);
        long firstFrame = bytes.i64(offset + JournalLayout.VALUES_FIRST_FRAME);
        if (recordBytes < 0 || firstFrame < 0 || length != JournalLayout.valuesBytes(count, recordBytes)) {
            return null;
        }
        int[] positions = positions(JournalLayout.VALUES_FIXED_BYTES, (int) count, Integer.BYTES);
        long recordsAt = offset + JournalLayout.VALUES_FIXED_BYTES + count * Integer.BYTES;
        return positions == null
                ? null
                : new ValuesEntry(offset, entries, firstFrame, recordBytes, positions, recordsAt);
    }

    /** Returns the frames of an entry that is long enough for them; null when they do not ascend. */
    private @Nullable FrameChecksums checksums(int from, int count) throws IOException {
        int[] positions = positions(from, count, JournalLayout.FRAME_BYTES);
        if (positions == null) {
            return null;
        }
        int[] checksums = new int[count];
        for (int i = 0; i < count; i++) {
            checksums[i] = bytes.i32(offset + from + (long) i * JournalLayout.FRAME_BYTES + Integer.BYTES);
        }
        return new FrameChecksums(positions, checksums);
    }

    /** Returns the positions of frames, one every so many bytes; null when they do not ascend. */
    private int @Nullable [] positions(int from, int count, int everyBytes) throws IOException {
        int[] positions = new int[count];
        int least = 0;
        for (int i = 0; i < count; i++) {
            positions[i] = bytes.i32(offset + from + (long) i * everyBytes);
            if (positions[i] < least) {
                return null;
            }
            least = positions[i] + 1;
        }
        return positions;
    }

    private @Nullable JournalEntry event(long length) throws IOException {
        if (length < JournalLayout.EVENT_FIXED_BYTES) {
            return null;
        }
        long body = bytes.u32(offset + JournalLayout.EVENT_BODY_BYTES);
        return length == JournalLayout.eventBytes(body)
                ? new EventEntry(offset, entries, bytes.text(offset + JournalLayout.EVENT_FIXED_BYTES, (int) body))
                : null;
    }

    private @Nullable JournalEntry end(long length) throws IOException {
        return length == JournalLayout.END_BYTES
                        && bytes.i64(offset + JournalLayout.END_CHUNKS) == chunks
                        && bytes.i64(offset + JournalLayout.END_FRAMES) == frames
                        && bytes.i32(offset + JournalLayout.END_DIGEST) == digest
                ? new EndEntry(offset, entries, chunks, frames, digest)
                : null;
    }

    private String place() {
        return "file=" + header.file() + ", offset=" + offset + ", sequence=" + entries;
    }

    private static String hex(int expected, int actual) {
        return "expected=" + HEX.toHexDigits(expected) + ", actual=" + HEX.toHexDigits(actual);
    }

    private static JournalFormatException damaged(Path file, String how) {
        return refused(DAMAGED, "journal header is damaged: file=" + file + ", " + how);
    }

    private static JournalFormatException refused(JournalFormatException.Reason reason, String message) {
        return new JournalFormatException(reason, message);
    }
}
