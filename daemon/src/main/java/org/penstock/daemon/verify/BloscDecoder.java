package org.penstock.daemon.verify;

import io.airlift.compress.v3.Decompressor;
import io.airlift.compress.v3.lz4.Lz4Decompressor;
import io.airlift.compress.v3.zstd.ZstdDecompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.source.BitshuffleDecoder;

/**
 * Chunks of the Blosc 1 filter (32001) to elements.
 *
 * <pre>
 *  u8 2 | u8 1 | u8 flags | u8 bytes of an element | u32 bytes in all | u32 bytes of a block | u32 bytes of the chunk | { u32 begin of a block } …
 *  a block, for each of its splits: { u32 n | n bytes: as they are when n is a split } …
 *  flags: 1 bytes shuffled, 2 as it is behind the header, 4 bits shuffled, 16 blocks are one split; from bit 5 on the compressor
 * </pre>
 *
 * All numbers are little-endian. The header alone says how to decode; what the filter's client values say is what the writer asked for.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class BloscDecoder {
    static final int FILTER_ID = 32001;

    private static final int HEADER_BYTES = 16;
    private static final int FORMAT_VERSIONS = 0x0102;
    private static final int BYTES_SHUFFLED = 0x01;
    private static final int STORED = 0x02;
    private static final int BITS_SHUFFLED = 0x04;
    private static final int RESERVED = 0x08;
    private static final int ONE_SPLIT = 0x10;
    private static final int COMPRESSOR_BIT = 5;

    /** Compressors as the header numbers them. */
    private static final int BLOSCLZ = 0;

    /** LZ4HC too. */
    private static final int LZ4 = 1;

    private static final int ZSTD = 4;

    private static final int MAX_SPLITS = 16;

    /** A block is one split when splits were shorter. */
    private static final int MIN_SPLIT_BYTES = 128;

    /** Place of the compressor in the filter's client values, where other numbers are used: it is BloscLZ where there is none. */
    private static final int CLIENT_COMPRESSOR = 6;

    private static final List<Integer> CLIENT_COMPRESSORS = List.of(0, 1, 2, 5);

    private final byte[] chunk;
    private final ByteBuffer in;
    private final int rawBytes;
    private final int flags;
    private final int elementBytes;
    private final int blockBytes;

    /** Null for BloscLZ. */
    private final @Nullable Decompressor codec;

    private BloscDecoder(byte[] chunk, int rawBytes) {
        this.chunk = chunk;
        this.in = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
        this.rawBytes = rawBytes;
        this.flags = in.get(2);
        this.elementBytes = in.get(3) & 0xff;
        this.blockBytes = in.getInt(8);
        this.codec = switch ((flags & 0xff) >>> COMPRESSOR_BIT) {
            case LZ4 -> Lz4Decompressor.create();
            case ZSTD -> ZstdDecompressor.create();
            default -> null;
        };
    }

    /** Returns whether chunks of a dataset can be decoded here, by the filter's client values: not Snappy, not zlib. */
    static boolean isKnown(List<Integer> cdValues) {
        return cdValues.size() <= CLIENT_COMPRESSOR || CLIENT_COMPRESSORS.contains(cdValues.get(CLIENT_COMPRESSOR));
    }

    /**
     * Decodes a chunk, whatever is in it. Takes memory for the result and one block, which is no longer.
     *
     * @throws IOException when it is damaged, or of another length
     */
    static byte[] decode(byte[] chunk, int rawBytes) throws IOException {
        if (chunk.length < HEADER_BYTES) {
            throw new IOException(
                    "Blosc chunk ends early: bytes=" + chunk.length + ", expected=at least " + HEADER_BYTES);
        }
        return new BloscDecoder(chunk, rawBytes).decode();
    }

    private byte[] decode() throws IOException {
        checkHeader();
        byte[] out = new byte[rawBytes];
        if ((flags & STORED) != 0) {
            expect("bytes stored", rawBytes, chunk.length - HEADER_BYTES);
            in.get(HEADER_BYTES, out);
            return out;
        }
        boolean isShuffled = (flags & (BYTES_SHUFFLED | BITS_SHUFFLED)) != 0;
        byte[] block = new byte[isShuffled ? blockBytes : 0];
        for (int at = 0, number = 0; at < rawBytes; number++) {
            int bytes = Math.min(blockBytes, rawBytes - at);
            if (isShuffled) {
                decodeBlock(number, block, 0, bytes);
                unshuffle(block, out, at, bytes);
            } else {
                decodeBlock(number, out, at, bytes);
            }
            at += bytes;
        }
        return out;
    }

    private void checkHeader() throws IOException {
        expect("format versions", FORMAT_VERSIONS, in.getShort(0));
        expect("bytes in all", rawBytes, in.getInt(4));
        expect("bytes of the chunk", chunk.length, in.getInt(12));
        if (elementBytes == 0 || blockBytes <= 0 || blockBytes > rawBytes) {
            throw new IOException("Blosc chunk has an impossible block: blockBytes=" + blockBytes + ", expected=1 to "
                    + rawBytes + ", elementBytes=" + elementBytes);
        }
        boolean isBloscLz = (flags & 0xff) >>> COMPRESSOR_BIT == BLOSCLZ;
        if ((flags & RESERVED) != 0 || (codec == null && !isBloscLz)) {
            throw new IOException("Blosc chunk has unknown flags: flags=0x" + Integer.toHexString(flags & 0xff)
                    + ", expected=blosclz (0), lz4 (0x20) or zstd (0x80), 0x8 not set");
        }
    }

    private static void expect(String what, int expected, int actual) throws IOException {
        if (actual != expected) {
            throw new IOException("Blosc chunk has another header: " + what + "=" + actual + ", expected=" + expected);
        }
    }

    private void decodeBlock(int number, byte[] out, int at, int bytes) throws IOException {
        long entry = HEADER_BYTES + (long) number * Integer.BYTES;
        int from = number(entry, "begin of block " + number);
        boolean isSplit = (flags & ONE_SPLIT) == 0
                && elementBytes <= MAX_SPLITS
                && blockBytes / elementBytes >= MIN_SPLIT_BYTES
                && bytes == blockBytes;
        int splits = isSplit ? elementBytes : 1;
        if (bytes % splits != 0) {
            throw new IOException(
                    "Blosc block is not whole splits: bytes=" + bytes + ", expected=a multiple of " + splits);
        }
        int splitBytes = bytes / splits;
        for (int split = 0; split < splits; split++) {
            int stored = number(from, "bytes of a split of block " + number);
            from += Integer.BYTES;
            if (stored < 0 || stored > chunk.length - from) {
                throw new IOException("Blosc split ends behind the chunk: block=" + number + ", bytes=" + stored
                        + ", expected=at most " + (chunk.length - from));
            }
            decodeSplit(from, stored, out, at + split * splitBytes, splitBytes);
            from += stored;
        }
    }

    private int number(long at, String what) throws IOException {
        if (at < HEADER_BYTES || at > chunk.length - Integer.BYTES) {
            throw new IOException("Blosc chunk ends early: " + what + " at=" + at + ", expected=" + HEADER_BYTES
                    + " to " + (chunk.length - Integer.BYTES));
        }
        return in.getInt((int) at);
    }

    private void decodeSplit(int from, int stored, byte[] out, int at, int bytes) throws IOException {
        if (stored == bytes) {
            in.get(from, out, at, bytes);
            return;
        }
        if (codec == null) {
            BloscLz.decode(chunk, from, stored, out, at, bytes);
            return;
        }
        int actual = codec.decompress(chunk, from, stored, out, at, bytes);
        if (actual != bytes) {
            throw new IOException("Blosc split has another length: bytes=" + actual + ", expected=" + bytes);
        }
    }

    /** Puts a block back in order. Bits are shuffled of eight elements at a time: of another number none are. */
    private void unshuffle(byte[] block, byte[] out, int at, int bytes) {
        if ((flags & BYTES_SHUFFLED) != 0) {
            ByteShuffle.undo(block, out, at, bytes, elementBytes);
            return;
        }
        int elements = bytes / elementBytes;
        int shuffled = elements % Byte.SIZE == 0 ? elements * elementBytes : 0;
        BitshuffleDecoder.unshuffle(block, out, at, shuffled, elementBytes);
        System.arraycopy(block, shuffled, out, at + shuffled, bytes - shuffled);
    }
}
