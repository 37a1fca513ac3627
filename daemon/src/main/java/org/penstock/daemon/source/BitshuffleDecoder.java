package org.penstock.daemon.source;

import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.lz4.Lz4Decompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Chunks of the bitshuffle + LZ4 filter (32008) to elements. jHDF 0.13 has such a filter, but puts wrong pixels into the last block of a
 * chunk when that is shorter than the others.
 *
 * <pre>
 *  u64 big-endian elementBytes in all | u32 big-endian bytes of a block | { u32 big-endian n | n bytes of LZ4 } … | up to 7 elements as they are
 * </pre>
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class BitshuffleDecoder {
    public static final int FILTER_ID = 32008;
    /** The filter's fifth client value: LZ4 is within. */
    public static final int LZ4 = 2;

    private static final int HEADER_BYTES = 12;

    private final Lz4Decompressor lz4 = Lz4Decompressor.create();

    /** Returns whether a chunk begins as this filter, or the plain LZ4 one, begins it. */
    static boolean isEncoded(ByteBuffer chunk, int rawBytes) {
        return chunk.remaining() > HEADER_BYTES && bigEndianLong(chunk) == rawBytes;
    }

    private static long bigEndianLong(ByteBuffer chunk) {
        return chunk.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(chunk.position());
    }

    /**
     * Decodes a chunk, whatever is in it.
     *
     * @throws IOException when it is damaged, or of another length
     */
    public byte[] decode(ByteBuffer encoded, int elementBytes, int rawBytes) throws IOException {
        ByteBuffer in = encoded.duplicate().order(ByteOrder.BIG_ENDIAN);
        if (!isEncoded(in, rawBytes)) {
            throw new IOException("bitshuffle chunk has another length: expectedBytes=" + rawBytes);
        }
        int blockBytes = in.position(in.position() + Long.BYTES).getInt();
        int wholeBytes = rawBytes - rawBytes % (8 * elementBytes);
        if (blockBytes <= 0 || blockBytes % (8 * elementBytes) != 0) {
            throw new IOException("bitshuffle chunk has an impossible block: blockBytes=" + blockBytes);
        }
        byte[] out = new byte[rawBytes];
        byte[] planes = new byte[Math.min(blockBytes, Math.max(wholeBytes, 1))];
        for (int at = 0; at < wholeBytes; ) {
            int bytes = Math.min(blockBytes, wholeBytes - at);
            decompress(block(in), planes, bytes);
            unshuffle(planes, out, at, bytes, elementBytes);
            at += bytes;
        }
        if (in.remaining() < rawBytes - wholeBytes) {
            throw new IOException("bitshuffle chunk ends early: remainingBytes=" + in.remaining() + ", expectedBytes="
                    + (rawBytes - wholeBytes));
        }
        in.get(out, wholeBytes, rawBytes - wholeBytes);
        return out;
    }

    private static byte[] block(ByteBuffer in) throws IOException {
        int bytes = in.remaining() < Integer.BYTES ? -1 : in.getInt();
        if (bytes < 0 || bytes > in.remaining()) {
            throw new IOException(
                    "bitshuffle chunk ends early: blockBytes=" + bytes + ", remainingBytes=" + in.remaining());
        }
        byte[] block = new byte[bytes];
        in.get(block);
        return block;
    }

    private void decompress(byte[] compressed, byte[] planes, int bytes) throws IOException {
        try {
            int actual = lz4.decompress(compressed, 0, compressed.length, planes, 0, bytes);
            if (actual != bytes) {
                throw new IOException(
                        "LZ4 block has another length: expectedBytes=" + bytes + ", actualBytes=" + actual);
            }
        } catch (MalformedInputException e) {
            throw new IOException("LZ4 block is damaged: " + e.getMessage(), e);
        }
    }

    /**
     * Turns rows of bits (bit k of byte b of every element) back into elements.
     *
     * @param planes the rows, from 0 on
     * @param at where the elements begin in {@code out}
     * @param bytes of the elements, whose number is a multiple of 8
     */
    public static void unshuffle(byte[] planes, byte[] out, int at, int bytes, int elementBytes) {
        int rowBytes = bytes / (8 * elementBytes);
        for (int plane = 0; plane < elementBytes; plane++) {
            for (int column = 0; column < rowBytes; column++) {
                long bits = 0;
                for (int bit = 7; bit >= 0; bit--) {
                    bits = (bits << 8) | (planes[(plane * 8 + bit) * rowBytes + column] & 0xff);
                }
                long elements = transposed(bits);
                int target = at + column * 8 * elementBytes + plane;
                for (int element = 0; element < 8; element++) {
                    out[target + element * elementBytes] = (byte) (elements >>> (8 * element));
                }
            }
        }
    }

    /** Transposes 8 x 8 bits (Hacker's Delight, 7-3). */
    private static long transposed(long bits) {
        long t = (bits ^ (bits >>> 7)) & 0x00aa00aa00aa00aaL;
        long x = bits ^ t ^ (t << 7);
        t = (x ^ (x >>> 14)) & 0x0000cccc0000ccccL;
        x = x ^ t ^ (t << 14);
        t = (x ^ (x >>> 28)) & 0x00000000f0f0f0f0L;
        return x ^ t ^ (t << 28);
    }
}
