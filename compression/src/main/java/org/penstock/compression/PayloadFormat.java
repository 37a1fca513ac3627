package org.penstock.compression;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;

/**
 * A chunk that arrives compressed and is to be stored as it is.
 *
 * <p>{@link #check} looks at everything that says how long something is, and decodes nothing: sizes in headers, where blocks
 * begin and end, and of LZ4 every sequence. After it the C decoders make exactly the expected bytes of {@code bslz4},
 * {@code lz4}, and {@code blosc} with LZ4 inside. What Zstandard and BloscLZ have in their blocks only decoding would show:
 * there a decoder may still find damage, but no other size than the one expected.
 *
 * <p><b>Threading:</b> immutable; any thread.
 */
public enum PayloadFormat {
    /** As {@link BitshuffleLz4} writes it, with blocks of any length. */
    BSLZ4,

    /** As {@link Lz4} writes it, with blocks of any length. */
    LZ4,

    /** As {@link Zstd} writes it. */
    ZSTD,

    /** As {@link Blosc} writes it. */
    BLOSC;

    private static final int HEADER_BYTES = 12;
    private static final int BLOCK_HEADER_BYTES = 4;

    /** {@code LZ4_MAX_INPUT_SIZE}. */
    private static final long MAX_LZ4_BLOCK_BYTES = 0x7E00_0000;

    /**
     * Finds the format of a name on the wire.
     *
     * @throws IllegalArgumentException when there is none; the message lists what there is
     */
    public static PayloadFormat of(String encoding) {
        return Arrays.stream(values())
                .filter(format -> format.encoding().equals(encoding))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown encoding: actual=" + encoding
                        + ", expected=one of "
                        + String.join(
                                " ",
                                Arrays.stream(values())
                                        .map(PayloadFormat::encoding)
                                        .toList())));
    }

    /** Returns the name on the wire. */
    public String encoding() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns whether a codec writes chunks of this format, so that its filter pipeline has readers decode them. Options are for
     * encoders: decoders find what they need in the chunk.
     */
    public boolean isFormatOf(ChunkCodec codec) {
        return switch (codec) {
            case BitshuffleLz4 _ -> this == BSLZ4;
            case Lz4 _ -> this == LZ4;
            case Zstd _ -> this == ZSTD;
            case Blosc _ -> this == BLOSC;
            case Gzip _, Uncompressed _ -> false;
        };
    }

    /**
     * Refuses a chunk that readers could not decode to the bytes expected.
     *
     * @param payload at least {@code payloadBytes} long
     * @param payloadBytes bytes of the chunk as it arrived
     * @param rawBytes bytes that it must have before compression, a multiple of {@code elementBytes}
     * @param elementBytes bytes of one element
     * @throws CompressionException saying where, what was expected and what is there
     */
    public void check(MemorySegment payload, long payloadBytes, long rawBytes, int elementBytes) {
        ChunkSizes.check(payload, payloadBytes, 1);
        if (elementBytes < 1 || rawBytes < 1 || rawBytes % elementBytes != 0) {
            throw new IllegalArgumentException(
                    "chunk is not whole elements: rawBytes=" + rawBytes + ", elementBytes=" + elementBytes);
        }
        Payload bytes = new Payload(this, payload, payloadBytes);
        switch (this) {
            case BSLZ4 -> checkBitshuffled(bytes, rawBytes, elementBytes);
            case LZ4 -> checkBlocks(bytes, rawBytes);
            case ZSTD -> ZstdFrame.check(bytes, 0, payloadBytes, rawBytes);
            case BLOSC -> BloscBuffer.check(bytes, rawBytes);
        }
    }

    private static void checkBitshuffled(Payload payload, long rawBytes, int elementBytes) {
        payload.require(HEADER_BYTES, 0, payload.bytes(), "header");
        payload.expect("declared bytes", 0, rawBytes, payload.u64(0));
        long blockBytes = payload.u32(8);
        long groupBytes = 8L * elementBytes;
        if (blockBytes == 0 || blockBytes % groupBytes != 0 || blockBytes > MAX_LZ4_BLOCK_BYTES) {
            throw payload.refused("block bytes", 8, "a multiple of " + groupBytes, blockBytes);
        }
        long wholeGroups = rawBytes - rawBytes % groupBytes;
        long at = HEADER_BYTES;
        for (long decoded = 0; decoded < wholeGroups; decoded += blockBytes) {
            long stored = blockHeader(payload, at);
            at += BLOCK_HEADER_BYTES;
            Lz4Block.check(payload, at, at + stored, Math.min(blockBytes, wholeGroups - decoded));
            at += stored;
        }
        payload.expect("bytes of elements left over", at, rawBytes - wholeGroups, payload.bytes() - at);
    }

    private static void checkBlocks(Payload payload, long rawBytes) {
        payload.require(HEADER_BYTES, 0, payload.bytes(), "header");
        payload.expect("declared bytes", 0, rawBytes, payload.u64(0));
        long blockBytes = payload.u32(8);
        if (blockBytes == 0 || blockBytes > MAX_LZ4_BLOCK_BYTES) {
            throw payload.refused("block bytes", 8, "1 to " + MAX_LZ4_BLOCK_BYTES, blockBytes);
        }
        long at = HEADER_BYTES;
        for (long decoded = 0; decoded < rawBytes; decoded += blockBytes) {
            long bytes = Math.min(blockBytes, rawBytes - decoded);
            long stored = blockHeader(payload, at);
            at += BLOCK_HEADER_BYTES;
            if (stored != bytes) {
                Lz4Block.check(payload, at, at + stored, bytes);
            }
            at += stored;
        }
        payload.expect("bytes behind the last block", at, 0, payload.bytes() - at);
    }

    /** Returns the bytes of the block whose header is at {@code at}, which are all there. */
    private static long blockHeader(Payload payload, long at) {
        payload.require(BLOCK_HEADER_BYTES, at, payload.bytes(), "block header");
        long stored = payload.u32(at);
        payload.require(Math.max(stored, 1), at + BLOCK_HEADER_BYTES, payload.bytes(), "block");
        return stored;
    }
}
