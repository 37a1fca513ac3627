package org.penstock.compression;

/**
 * Goes through a Blosc 1 buffer from block to block, as {@code blosc_decompress} does.
 *
 * <pre>
 * u8   version of the format, 2
 * u8   version of the compressor's format, 1
 * u8   flags: 1 byte shuffle, 2 stored, 4 bit shuffle, 16 blocks are not split; from bit 5 on the compressor
 * u8   bytes of an element
 * u32  bytes before compression
 * u32  bytes of a block before compression
 * u32  bytes of this buffer
 * u32  per block: where it begins
 * per block, for each of its splits:
 *   u32  bytes; those of the split itself: it did not shrink, and follows as it is
 *   compressed bytes
 * </pre>
 */
final class BloscBuffer {
    private static final int HEADER_BYTES = 16;
    private static final int FORMAT_VERSIONS = 0x0102;

    private static final int STORED = 0x02;
    private static final int RESERVED = 0x08;
    private static final int NOT_SPLIT = 0x10;

    private static final int BLOSCLZ = 0;
    private static final int LZ4 = 1;
    private static final int ZSTD = 4;

    private static final int MAX_SPLITS = 16;

    /** {@code BLOSC_MIN_BUFFERSIZE}: shorter splits are not made. */
    private static final int MIN_SPLIT_BYTES = 128;

    private BloscBuffer() {}

    /** Refuses what does not decode to {@code rawBytes}. */
    static void check(Payload payload, long rawBytes) {
        payload.require(HEADER_BYTES, 0, payload.bytes(), "Blosc header");
        payload.expect("Blosc format versions", 0, FORMAT_VERSIONS, payload.u16LittleEndian(0));
        int flags = payload.u8(2);
        int elementBytes = payload.u8(3);
        long blockBytes = payload.u32LittleEndian(8);
        payload.expect("declared bytes", 4, rawBytes, payload.u32LittleEndian(4));
        payload.expect("declared bytes of the payload", 12, payload.bytes(), payload.u32LittleEndian(12));
        if (elementBytes == 0 || blockBytes == 0 || blockBytes > rawBytes) {
            throw payload.refused("Blosc block bytes", 8, "1 to " + rawBytes, blockBytes);
        }
        int compressor = flags >>> 5;
        if ((flags & RESERVED) != 0 || (compressor != BLOSCLZ && compressor != LZ4 && compressor != ZSTD)) {
            throw payload.refused("Blosc flags", 2, "blosclz (0), lz4 (32) or zstd (128) without reserved bits", flags);
        }
        if ((flags & STORED) != 0) {
            payload.expect("bytes stored", HEADER_BYTES, rawBytes, payload.bytes() - HEADER_BYTES);
            return;
        }
        long blocks = (rawBytes + blockBytes - 1) / blockBytes;
        payload.require(blocks * Integer.BYTES, HEADER_BYTES, payload.bytes(), "Blosc block table");
        for (long block = 0; block < blocks; block++) {
            long start = payload.u32LittleEndian(HEADER_BYTES + block * Integer.BYTES);
            long bytes = Math.min(blockBytes, rawBytes - block * blockBytes);
            if (start < HEADER_BYTES + blocks * Integer.BYTES || start > payload.bytes()) {
                throw payload.refused(
                        "Blosc block start", HEADER_BYTES + block * Integer.BYTES, "in the payload", start);
            }
            boolean isSplit = (flags & NOT_SPLIT) == 0
                    && elementBytes <= MAX_SPLITS
                    && blockBytes / elementBytes >= MIN_SPLIT_BYTES
                    && bytes == blockBytes;
            checkBlock(payload, start, bytes, isSplit ? elementBytes : 1, compressor);
        }
    }

    private static void checkBlock(Payload payload, long start, long blockBytes, int splits, int compressor) {
        payload.expect("bytes of a Blosc block beside its splits", start, 0, blockBytes % splits);
        long splitBytes = blockBytes / splits;
        long at = start;
        for (int split = 0; split < splits; split++) {
            payload.require(Integer.BYTES, at, payload.bytes(), "Blosc split");
            long stored = payload.u32LittleEndian(at);
            at += Integer.BYTES;
            payload.require(Math.max(stored, 1), at, payload.bytes(), "Blosc split");
            if (stored != splitBytes && compressor == LZ4) {
                Lz4Block.check(payload, at, at + stored, splitBytes);
            } else if (stored != splitBytes && compressor == ZSTD) {
                ZstdFrame.check(payload, at, at + stored, splitBytes);
            }
            at += stored;
        }
    }
}
