package org.penstock.compression;

/** Goes through a Zstandard frame (RFC 8878) from block to block, without decoding them. */
final class ZstdFrame {
    private static final long MAGIC = 0xFD2F_B528L;
    private static final int MAX_WINDOW_LOG = 31;
    private static final int MAX_BLOCK_BYTES = 128 * 1024;
    private static final int BLOCK_HEADER_BYTES = 3;
    private static final int CHECKSUM_BYTES = 4;

    private static final int RAW = 0;
    private static final int RLE = 1;
    private static final int COMPRESSED = 2;

    private ZstdFrame() {}

    /** Refuses what is not one frame that says it has {@code rawBytes}. */
    static void check(Payload payload, long from, long to, long rawBytes) {
        payload.require(5, from, to, "Zstandard frame header");
        payload.expect("Zstandard magic", from, MAGIC, payload.u32LittleEndian(from));
        int descriptor = payload.u8(from + 4);
        if ((descriptor & 0b1011) != 0) {
            throw payload.refused("Zstandard frame header", from + 4, "no dictionary, no reserved bit", descriptor);
        }
        boolean isSingleSegment = (descriptor & 0x20) != 0;
        long at = from + 5;
        long windowBytes = rawBytes;
        if (!isSingleSegment) {
            payload.require(1, at, to, "Zstandard window");
            windowBytes = windowBytes(payload, at++);
        }
        int sizeBytes = descriptor >>> 6 == 0 ? (isSingleSegment ? 1 : 0) : 1 << (descriptor >>> 6);
        if (sizeBytes == 0) {
            throw payload.refused("Zstandard frame header", from + 4, "the content's size", descriptor);
        }
        payload.require(sizeBytes, at, to, "Zstandard content size");
        payload.expect("declared bytes", at, rawBytes, contentBytes(payload, at, sizeBytes));
        at += sizeBytes;
        long end = (descriptor & 0b100) == 0 ? to : to - CHECKSUM_BYTES;
        checkBlocks(payload, at, end, rawBytes, Math.min(windowBytes, MAX_BLOCK_BYTES));
    }

    private static long windowBytes(Payload payload, long at) {
        int descriptor = payload.u8(at);
        int log = 10 + (descriptor >>> 3);
        if (log > MAX_WINDOW_LOG) {
            throw payload.refused("Zstandard window", at, "a logarithm of at most " + MAX_WINDOW_LOG, log);
        }
        return (1L << log) + (1L << log) / 8 * (descriptor & 7);
    }

    private static long contentBytes(Payload payload, long at, int sizeBytes) {
        return switch (sizeBytes) {
            case 1 -> payload.u8(at);
            case 2 -> payload.u16LittleEndian(at) + 256;
            case 4 -> payload.u32LittleEndian(at);
            default -> payload.u64LittleEndian(at);
        };
    }

    private static void checkBlocks(Payload payload, long from, long end, long rawBytes, long mostBlockBytes) {
        long at = from;
        long least = 0;
        long most = 0;
        boolean isLast = false;
        while (!isLast) {
            payload.require(BLOCK_HEADER_BYTES, at, end, "Zstandard block header");
            int header = payload.u16LittleEndian(at) | payload.u8(at + 2) << 16;
            isLast = (header & 1) != 0;
            int type = (header >>> 1) & 3;
            int bytes = header >>> 3;
            if (type > COMPRESSED || bytes > mostBlockBytes) {
                throw payload.refused("Zstandard block header", at, "at most " + mostBlockBytes + " bytes", header);
            }
            at += BLOCK_HEADER_BYTES;
            long stored = type == RLE ? 1 : bytes;
            payload.require(stored, at, end, "Zstandard block");
            at += stored;
            least += type == RAW || type == RLE ? bytes : 0;
            most += type == RAW || type == RLE ? bytes : mostBlockBytes;
        }
        payload.expect("bytes behind the last Zstandard block", at, 0, end - at);
        if (rawBytes < least || rawBytes > most) {
            throw payload.refused("bytes in Zstandard blocks", from, least + " to " + most, rawBytes);
        }
    }
}
