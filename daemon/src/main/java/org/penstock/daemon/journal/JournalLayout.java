package org.penstock.daemon.journal;

import java.nio.ByteOrder;

/**
 * Where everything is in a journal: offsets and magic numbers, named as in {@code src/docs/journal.md}.
 *
 * <p><b>Threading:</b> constants.
 */
final class JournalLayout {
    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    /** Since version 2 there are {@link #VALUES}, which a reader of version 1 would take for the end. */
    static final int VERSION = 2;

    /** The bytes "PNSTJRNL". */
    static final long HEADER_MAGIC = 0x4c4e_524a_5453_4e50L;

    static final int HEADER_VERSION = 8;
    static final int HEADER_KIND = 10;
    static final int HEADER_BYTES = 12;
    static final int HEADER_DESCRIPTION_BYTES = 16;
    static final int HEADER_DESCRIPTION_CRC = 20;
    static final int HEADER_CRC = 60;
    static final int HEADER_FIXED_BYTES = 64;
    static final int HEADER_ALIGNMENT = 64;

    /** The bytes "JENT". */
    static final int ENTRY_MAGIC = 0x544e_454a;

    static final int ENTRY_CRC = 4;
    /** The checksum is over all from here on. */
    static final int ENTRY_BYTES = 8;

    static final int ENTRY_KIND = 12;
    static final int ENTRY_SEQUENCE = 16;
    static final int ENTRY_HEAD_BYTES = 24;
    static final int ENTRY_ALIGNMENT = 8;

    static final int CHUNK = 1;
    static final int CHUNK_FIRST_FRAME = 24;
    static final int CHUNK_ADDRESS = 32;
    static final int CHUNK_STORED_BYTES = 40;
    static final int CHUNK_FILTER_MASK = 48;
    static final int CHUNK_CRC = 52;
    static final int CHUNK_FRAMES = 56;
    static final int CHUNK_RESERVED = 60;
    static final int CHUNK_FIXED_BYTES = 64;

    static final int FRAMES = 2;
    static final int FRAMES_FIRST_FRAME = 24;
    static final int FRAMES_FRAME_BYTES = 32;
    static final int FRAMES_FRAMES = 36;
    static final int FRAMES_FIXED_BYTES = 40;

    /** Position and checksum of one frame. */
    static final int FRAME_BYTES = 8;

    static final int EVENT = 3;
    static final int EVENT_BODY_BYTES = 24;
    static final int EVENT_RESERVED = 28;
    static final int EVENT_FIXED_BYTES = 32;

    static final int END = 4;
    static final int END_CHUNKS = 24;
    static final int END_FRAMES = 32;
    static final int END_DIGEST = 40;
    static final int END_RESERVED = 44;
    static final int END_BYTES = 48;

    static final int VALUES = 5;
    static final int VALUES_FIRST_FRAME = 24;
    static final int VALUES_RECORD_BYTES = 32;
    static final int VALUES_FRAMES = 36;
    static final int VALUES_FIXED_BYTES = 40;

    private JournalLayout() {}

    static long aligned(long bytes, int alignment) {
        return bytes + alignment - 1 & -alignment;
    }

    static long headerBytes(long descriptionBytes) {
        return aligned(HEADER_FIXED_BYTES + descriptionBytes, HEADER_ALIGNMENT);
    }

    static long chunkBytes(long frames) {
        return CHUNK_FIXED_BYTES + frames * FRAME_BYTES;
    }

    /** Of numbers that no entry can have, as a damaged one may, this may overflow: to a negative number, which is the length of none. */
    static long framesBytes(long frames, int frameBytes) {
        return aligned(FRAMES_FIXED_BYTES + frames * FRAME_BYTES + frames * frameBytes, ENTRY_ALIGNMENT);
    }

    /** As {@link #framesBytes}: of impossible numbers the length of no entry. */
    static long valuesBytes(long frames, int recordBytes) {
        return aligned(VALUES_FIXED_BYTES + frames * Integer.BYTES + frames * recordBytes, ENTRY_ALIGNMENT);
    }

    static long eventBytes(long bodyBytes) {
        return aligned(EVENT_FIXED_BYTES + bodyBytes, ENTRY_ALIGNMENT);
    }
}
