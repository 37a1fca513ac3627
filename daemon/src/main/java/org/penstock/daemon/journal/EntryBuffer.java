package org.penstock.daemon.journal;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.BitSet;
import java.util.zip.CRC32C;

/**
 * Memory in which one entry after the other is made. Every byte of an entry is set, whatever was there before.
 *
 * <p><b>Threading:</b> confined to its writer; it may be closed by another thread when nothing more is written.
 */
final class EntryBuffer implements AutoCloseable {
    private static final int PAGE_BYTES = 1 << 12;

    private final Arena arena = Arena.ofShared();
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer bytes;

    /** Makes one for entries of so many bytes, or somewhat more. */
    EntryBuffer(int leastBytes) {
        int capacity = Integer.highestOneBit(Math.max(PAGE_BYTES, leastBytes) - 1) << 1;
        bytes = arena.allocate(capacity, PAGE_BYTES).asByteBuffer().order(JournalLayout.ORDER);
    }

    boolean isLargeEnoughFor(int length) {
        return length <= bytes.capacity();
    }

    /** Returns the memory, in which the entry begins at 0. */
    ByteBuffer begin(int kind, int length, long sequence) {
        bytes.clear().limit(length);
        // what the entry does not fill of its last 8 bytes is padding
        bytes.putLong(length - JournalLayout.ENTRY_ALIGNMENT, 0);
        bytes.putInt(0, JournalLayout.ENTRY_MAGIC);
        bytes.putInt(JournalLayout.ENTRY_BYTES, length);
        // 16 bits, and 16 reserved
        bytes.putInt(JournalLayout.ENTRY_KIND, kind);
        bytes.putLong(JournalLayout.ENTRY_SEQUENCE, sequence);
        return bytes;
    }

    /** Puts position and checksum of each of these frames, and returns where they end. */
    int putChecksums(int from, BitSet positions, IntBuffer checksums) {
        int at = from;
        for (int i = positions.nextSetBit(0); i >= 0; i = positions.nextSetBit(i + 1)) {
            bytes.putInt(at, i);
            bytes.putInt(at + Integer.BYTES, checksums.get(i));
            at += JournalLayout.FRAME_BYTES;
        }
        return at;
    }

    /** Puts the checksum of the entry, and returns it. */
    int seal() {
        crc.reset();
        crc.update(bytes.position(JournalLayout.ENTRY_BYTES));
        int sum = (int) crc.getValue();
        bytes.putInt(JournalLayout.ENTRY_CRC, sum).position(0);
        return sum;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
