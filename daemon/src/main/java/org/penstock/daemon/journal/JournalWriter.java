package org.penstock.daemon.journal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Appends to a journal. When a method returns, its entry is with the operating system: it survives the death of the process, and after
 * {@link #force} that of the machine.
 *
 * <p>An entry that could not be written makes the journal unusable: every later call throws and names the first failure. Room that could not be
 * made does not ({@link #reserve}): what was written before stays good, and it may be tried again.
 *
 * <p><b>Threading:</b> confined to the thread that created it; {@link #force}: any thread; {@link #close}: any, when nothing more is written. A
 * thread that is interrupted while it writes or forces closes the journal, as {@link FileChannel} does.
 */
public final class JournalWriter implements AutoCloseable {
    /** Version of the format that is written; all before it are read. Every journal says its own. */
    public static final int VERSION = JournalLayout.VERSION;

    /** Longest entry. */
    public static final long MAX_ENTRY_BYTES = 1 << 30;

    /** Longest description. */
    public static final int MAX_DESCRIPTION_BYTES = 1 << 24;

    private static final int STEP_BYTES = 1 << 16;
    private static final int FIRST_BUFFER_BYTES = 1 << 12;
    private static final ByteBuffer ZEROS =
            ByteBuffer.allocateDirect(STEP_BYTES).asReadOnlyBuffer();

    private final Thread owner = Thread.currentThread();
    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer zeros = ZEROS.duplicate();
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    private EntryBuffer buffer = new EntryBuffer(FIRST_BUFFER_BYTES);
    private long end;
    private long roomEnd;
    private long sequence;
    private long chunks;
    private long frames;
    private int digest;
    private boolean isEnded;

    /** Goes on from a state of the file; behind it there are zeros up to {@code roomEnd}. */
    JournalWriter(Path file, FileChannel channel, JournalTail from, long roomEnd) {
        this.file = file;
        this.channel = channel;
        this.end = from.end();
        this.roomEnd = roomEnd;
        this.sequence = from.entries();
        this.chunks = from.chunks();
        this.frames = from.frames();
        this.digest = from.digest();
    }

    /**
     * Makes a journal that is not there yet. When this fails, it is not there afterwards either.
     *
     * @param description JSON, {@value #MAX_DESCRIPTION_BYTES} bytes at most, enough to make what the journal belongs to anew
     */
    public static JournalWriter create(Path file, JournalKind kind, byte[] description) throws IOException {
        if (description.length > MAX_DESCRIPTION_BYTES) {
            throw new IllegalArgumentException("journal description too long: file=" + file + ", expectedBytes<="
                    + MAX_DESCRIPTION_BYTES + ", actualBytes=" + description.length);
        }
        ByteBuffer header = header(kind, description);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            writeFully(channel, header, 0);
        } catch (IOException e) {
            try (channel) {
                Files.delete(file);
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw new IOException("journal not created: file=" + file + ", problem=" + e.getMessage(), e);
        }
        JournalTail nothing = new JournalTail(JournalTail.State.OPEN, header.capacity(), 0, 0, 0, EntryDigest.NONE, "");
        return new JournalWriter(file, channel, nothing, header.capacity());
    }

    private static ByteBuffer header(JournalKind kind, byte[] description) {
        int bytes = (int) JournalLayout.headerBytes(description.length);
        CRC32C crc = new CRC32C();
        crc.update(description, 0, description.length);
        ByteBuffer header = ByteBuffer.allocate(bytes)
                .order(JournalLayout.ORDER)
                .putLong(0, JournalLayout.HEADER_MAGIC)
                .putShort(JournalLayout.HEADER_VERSION, (short) JournalLayout.VERSION)
                .putShort(JournalLayout.HEADER_KIND, (short) kind.code())
                .putInt(JournalLayout.HEADER_BYTES, bytes)
                .putInt(JournalLayout.HEADER_DESCRIPTION_BYTES, description.length)
                .putInt(JournalLayout.HEADER_DESCRIPTION_CRC, (int) crc.getValue())
                .put(JournalLayout.HEADER_FIXED_BYTES, description);
        return sealHeader(header);
    }

    /**
     * Goes on behind the last good entry of a journal. What is behind it is zeroed, and the zeros forced to the disk, before this returns:
     * otherwise an entry of the older life could, after a power loss, continue the newer one.
     *
     * @param replayed what {@link JournalReader} found; nobody has written since
     */
    public static JournalWriter reopen(Path file, JournalTail replayed) throws IOException {
        if (replayed.state() == JournalTail.State.ENDED) {
            throw new IllegalArgumentException("journal has ended, nothing may follow: file=" + file);
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            return reopen(file, channel, replayed);
        } catch (IOException e) {
            try (channel) {
                throw new IOException("journal not reopened: file=" + file + ", problem=" + e.getMessage(), e);
            }
        }
    }

    private static JournalWriter reopen(Path file, FileChannel channel, JournalTail replayed) throws IOException {
        long bytes = channel.size();
        if (bytes < replayed.end()) {
            throw new IOException(
                    "shorter than when it was replayed, expectedBytes>=" + replayed.end() + ", actualBytes=" + bytes);
        }
        if (replayed.state() == JournalTail.State.TORN) {
            writeZeros(channel, ZEROS.duplicate(), replayed.end(), bytes);
            channel.force(true);
        }
        raiseVersion(channel);
        return new JournalWriter(file, channel, replayed, bytes);
    }

    /** Journals that belong to this one are of this version: who would not read them must not go on with it. The 64 bytes are within one sector of any disk. */
    private static void raiseVersion(FileChannel channel) throws IOException {
        ByteBuffer header =
                ByteBuffer.allocate(JournalLayout.HEADER_FIXED_BYTES).order(JournalLayout.ORDER);
        channel.read(header, 0);
        if (header.getShort(JournalLayout.HEADER_VERSION) < JournalLayout.VERSION) {
            header.putShort(JournalLayout.HEADER_VERSION, (short) JournalLayout.VERSION);
            sealHeader(header);
            writeFully(channel, header.rewind(), 0);
            channel.force(true);
        }
    }

    private static ByteBuffer sealHeader(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, JournalLayout.HEADER_CRC));
        return header.putInt(JournalLayout.HEADER_CRC, (int) crc.getValue());
    }

    /** Returns the bytes of a chunk's entry. */
    public static long chunkEntryBytes(int frames) {
        return JournalLayout.chunkBytes(frames);
    }

    /** Returns the bytes of an entry of early frames. */
    public static long framesEntryBytes(int frames, int frameBytes) {
        return JournalLayout.framesBytes(frames, frameBytes);
    }

    /** Returns the bytes of an entry of what came with frames. */
    public static long valuesEntryBytes(int frames, int recordBytes) {
        return JournalLayout.valuesBytes(frames, recordBytes);
    }

    /** Returns the bytes of an event's entry. */
    public static long eventEntryBytes(int jsonBytes) {
        return JournalLayout.eventBytes(jsonBytes);
    }

    /** Returns the bytes of the end entry. */
    public static long endEntryBytes() {
        return JournalLayout.END_BYTES;
    }

    /** Returns where the next entry will begin. */
    public long bytes() {
        return end;
    }

    /**
     * Makes sure that there is room for so many bytes of entries: after this, no disk is too full for them. The room is made of zeros that are
     * written, in steps of 64 KiB: room that is only allocated makes {@link #force} slower.
     *
     * @throws IOException when there is no room; the journal is as good as before, and this may be tried again
     */
    public void reserve(long bytes) throws IOException {
        requireUsable();
        if (bytes <= roomEnd - end) {
            return;
        }
        long to = Math.addExact(end, bytes) + STEP_BYTES - 1 & -STEP_BYTES;
        try {
            writeZeros(channel, zeros, roomEnd, to);
        } catch (IOException e) {
            throw new IOException(
                    "no room for journal entries: file=" + file + ", offset=" + roomEnd + ", bytes=" + (to - roomEnd)
                            + ", problem=" + e.getMessage(),
                    e);
        }
        roomEnd = to;
    }

    /**
     * Appends that a chunk is in the file; allocates nothing.
     *
     * @param firstFrame stored index, in the stream, of the frame at position 0 of the chunk
     * @param present positions in the chunk of the frames that are in it
     * @param checksums of the sender, by position
     * @param address where in the file the stored bytes begin
     * @param chunkCrc CRC-32C of the stored bytes
     */
    public void chunk(
            long firstFrame,
            BitSet present,
            IntBuffer checksums,
            long address,
            long storedBytes,
            int filterMask,
            int chunkCrc)
            throws IOException {
        int count = present.cardinality();
        ByteBuffer entry = begin(JournalLayout.CHUNK, chunkEntryBytes(count));
        entry.putLong(JournalLayout.CHUNK_FIRST_FRAME, firstFrame);
        entry.putLong(JournalLayout.CHUNK_ADDRESS, address);
        entry.putLong(JournalLayout.CHUNK_STORED_BYTES, storedBytes);
        entry.putInt(JournalLayout.CHUNK_FILTER_MASK, filterMask);
        entry.putInt(JournalLayout.CHUNK_CRC, chunkCrc);
        entry.putInt(JournalLayout.CHUNK_FRAMES, count);
        entry.putInt(JournalLayout.CHUNK_RESERVED, 0);
        buffer.putChecksums(JournalLayout.CHUNK_FIXED_BYTES, present, checksums);
        append(entry);
        chunks++;
        frames += count;
    }

    /**
     * Appends frames that are to be acknowledged before their chunk is full.
     *
     * @param firstFrame stored index, in the stream, of the frame at position 0 of the chunk
     * @param positions of these frames in the chunk
     * @param checksums of the sender, by position
     * @param rawChunk raw frames, by position
     */
    public void frames(long firstFrame, BitSet positions, IntBuffer checksums, MemorySegment rawChunk, int frameBytes)
            throws IOException {
        int count = positions.cardinality();
        ByteBuffer entry = begin(JournalLayout.FRAMES, framesEntryBytes(count, frameBytes));
        entry.putLong(JournalLayout.FRAMES_FIRST_FRAME, firstFrame);
        entry.putInt(JournalLayout.FRAMES_FRAME_BYTES, frameBytes);
        entry.putInt(JournalLayout.FRAMES_FRAMES, count);
        MemorySegment target = MemorySegment.ofBuffer(entry);
        long to = buffer.putChecksums(JournalLayout.FRAMES_FIXED_BYTES, positions, checksums);
        for (int i = positions.nextSetBit(0); i >= 0; i = positions.nextSetBit(i + 1)) {
            MemorySegment.copy(rawChunk, (long) i * frameBytes, target, to, frameBytes);
            to += frameBytes;
        }
        append(entry);
    }

    /**
     * Appends what came with frames that the next entry will promise; allocates nothing.
     *
     * @param firstFrame stored index, in the stream, of the frame at position 0 of the chunk
     * @param positions of these frames in the chunk
     * @param records of all frames of the chunk, by position
     */
    public void values(long firstFrame, BitSet positions, ByteBuffer records, int recordBytes) throws IOException {
        int count = positions.cardinality();
        ByteBuffer entry = begin(JournalLayout.VALUES, valuesEntryBytes(count, recordBytes));
        entry.putLong(JournalLayout.VALUES_FIRST_FRAME, firstFrame);
        entry.putInt(JournalLayout.VALUES_RECORD_BYTES, recordBytes);
        entry.putInt(JournalLayout.VALUES_FRAMES, count);
        int positionAt = JournalLayout.VALUES_FIXED_BYTES;
        int recordAt = positionAt + count * Integer.BYTES;
        int from = positions.nextSetBit(0);
        while (from >= 0) {
            int to = positions.nextClearBit(from);
            for (int i = from; i < to; i++) {
                entry.putInt(positionAt, i);
                positionAt += Integer.BYTES;
            }
            int bytes = (to - from) * recordBytes;
            entry.put(recordAt, records, from * recordBytes, bytes);
            recordAt += bytes;
            from = positions.nextSetBit(to);
        }
        append(entry);
    }

    /** Appends one JSON value. */
    public void event(byte[] json) throws IOException {
        ByteBuffer entry = begin(JournalLayout.EVENT, eventEntryBytes(json.length));
        entry.putInt(JournalLayout.EVENT_BODY_BYTES, json.length);
        entry.putInt(JournalLayout.EVENT_RESERVED, 0);
        entry.put(JournalLayout.EVENT_FIXED_BYTES, json);
        append(entry);
    }

    /** Appends that everything was said; nothing may follow. */
    public void end() throws IOException {
        ByteBuffer entry = begin(JournalLayout.END, endEntryBytes());
        entry.putLong(JournalLayout.END_CHUNKS, chunks);
        entry.putLong(JournalLayout.END_FRAMES, frames);
        entry.putInt(JournalLayout.END_DIGEST, digest);
        entry.putInt(JournalLayout.END_RESERVED, 0);
        append(entry);
        isEnded = true;
    }

    /**
     * Forces every entry whose method returned before this call to the disk (fdatasync); any thread. A failure is final: the system may have
     * dropped what it could not write.
     */
    public void force() throws IOException {
        requireUsable();
        try {
            channel.force(false);
        } catch (IOException e) {
            throw failed(new IOException("journal not forced: file=" + file + ", problem=" + e.getMessage(), e));
        }
    }

    /** Lets the file go, without forcing it. */
    @Override
    public void close() throws IOException {
        buffer.close();
        channel.close();
    }

    private ByteBuffer begin(int kind, long bytes) throws IOException {
        requireOwner();
        if (isEnded) {
            throw new IllegalStateException("journal has ended, nothing may follow: file=" + file);
        }
        if (bytes > MAX_ENTRY_BYTES) {
            throw new IllegalArgumentException("journal entry too long: file=" + file + ", expectedBytes<="
                    + MAX_ENTRY_BYTES + ", actualBytes=" + bytes);
        }
        reserve(bytes);
        int length = (int) bytes;
        if (!buffer.isLargeEnoughFor(length)) {
            EntryBuffer larger = new EntryBuffer(length);
            buffer.close();
            buffer = larger;
        }
        return buffer.begin(kind, length, sequence);
    }

    private void append(ByteBuffer entry) throws IOException {
        int length = entry.limit();
        int entryCrc = buffer.seal();
        try {
            writeFully(channel, entry, end);
        } catch (IOException e) {
            throw failed(new IOException(
                    "journal entry not written: file=" + file + ", offset=" + end + ", entryBytes=" + length
                            + ", problem=" + e.getMessage(),
                    e));
        }
        end += length;
        sequence++;
        digest = EntryDigest.with(digest, entryCrc);
    }

    private static void writeZeros(FileChannel channel, ByteBuffer zeros, long from, long to) throws IOException {
        for (long at = from; at < to; at += zeros.limit()) {
            zeros.clear().limit((int) Math.min(STEP_BYTES, to - at));
            writeFully(channel, zeros, at);
        }
    }

    /** A write may take less than it was given. */
    private static void writeFully(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        long from = at - bytes.position();
        while (bytes.hasRemaining()) {
            if (channel.write(bytes, from + bytes.position()) <= 0) {
                throw new IOException("nothing was written, bytes left=" + bytes.remaining());
            }
        }
    }

    private void requireOwner() {
        if (Thread.currentThread() != owner) {
            throw new WrongThreadException("journal written by two threads: file=" + file + ", expected="
                    + owner.getName() + ", actual=" + Thread.currentThread().getName());
        }
    }

    private void requireUsable() throws IOException {
        IOException first = failure.get();
        if (first != null) {
            throw new IOException("journal is unusable since a failure: " + first.getMessage(), first);
        }
    }

    private IOException failed(IOException now) {
        failure.compareAndSet(null, now);
        return now;
    }
}
