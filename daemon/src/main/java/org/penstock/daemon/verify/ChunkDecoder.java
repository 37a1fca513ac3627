package org.penstock.daemon.verify;

import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.lz4.Lz4Decompressor;
import io.airlift.compress.v3.zstd.ZstdDecompressor;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.FilterStage;
import org.penstock.daemon.hdf5.ChunkedLayout;
import org.penstock.daemon.source.BitshuffleDecoder;

/**
 * Undoes the filters of a chunk, with code that shares nothing with our encoders.
 *
 * <p><b>Threading:</b> any thread.
 */
final class ChunkDecoder {
    private static final int DEFLATE = 1;
    private static final int SHUFFLE = 2;
    private static final int LZ4 = 32004;
    private static final int ZSTD = 32015;
    private static final int BITSHUFFLE_CODEC = 4;
    private static final int LZ4_HEADER_BYTES = 12;

    private final List<FilterStage> stages;
    private final int elementBytes;
    private final int chunkBytes;

    private ChunkDecoder(List<FilterStage> stages, int elementBytes, int chunkBytes) {
        this.stages = stages;
        this.elementBytes = elementBytes;
        this.chunkBytes = chunkBytes;
    }

    /** Returns the decoder of a dataset; null when it has a filter that is not known here. */
    static @Nullable ChunkDecoder of(ChunkedLayout layout) {
        boolean isKnown = layout.filters().stream().allMatch(ChunkDecoder::isKnown);
        return isKnown && layout.chunkBytes() <= Integer.MAX_VALUE - Long.BYTES
                ? new ChunkDecoder(layout.filters(), layout.type().bytes(), (int) layout.chunkBytes())
                : null;
    }

    private static boolean isKnown(FilterStage stage) {
        return switch (stage.id()) {
            case DEFLATE, LZ4, ZSTD -> true;
            case BloscDecoder.FILTER_ID -> BloscDecoder.isKnown(stage.cdValues());
            case SHUFFLE -> !stage.cdValues().isEmpty() && stage.cdValues().getFirst() > 0;
            case BitshuffleDecoder.FILTER_ID ->
                stage.cdValues().size() > BITSHUFFLE_CODEC
                        && stage.cdValues().get(BITSHUFFLE_CODEC) == BitshuffleDecoder.LZ4;
            default -> false;
        };
    }

    /**
     * Decodes a chunk, whatever is in it.
     *
     * @param filterMask bit i set: stage i was not applied
     * @return exactly the bytes of a chunk
     * @throws IOException when it is damaged, or of another length
     */
    byte[] decode(byte[] stored, int filterMask) throws IOException {
        byte[] bytes = stored;
        try {
            for (int i = stages.size() - 1; i >= 0; i--) {
                if ((filterMask >>> i & 1) == 0) {
                    bytes = undo(stages.get(i), bytes);
                }
            }
        } catch (MalformedInputException | BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IOException("chunk is damaged: " + e.getMessage(), e);
        }
        if (bytes.length != chunkBytes) {
            throw new IOException("chunk has another length: bytes=" + bytes.length + ", expected=" + chunkBytes);
        }
        return bytes;
    }

    private byte[] undo(FilterStage stage, byte[] in) throws IOException {
        return switch (stage.id()) {
            case DEFLATE -> inflated(in);
            case SHUFFLE -> {
                byte[] out = new byte[in.length];
                ByteShuffle.undo(in, out, 0, in.length, stage.cdValues().getFirst());
                yield out;
            }
            case LZ4 -> unpacked(ByteBuffer.wrap(in));
            case BloscDecoder.FILTER_ID -> BloscDecoder.decode(in, chunkBytes);
            case ZSTD -> {
                byte[] out = new byte[chunkBytes];
                yield exactly(ZstdDecompressor.create().decompress(in, 0, in.length, out, 0, chunkBytes), out);
            }
            default -> new BitshuffleDecoder().decode(ByteBuffer.wrap(in), elementBytes, chunkBytes);
        };
    }

    private static byte[] exactly(int bytes, byte[] out) throws IOException {
        if (bytes != out.length) {
            throw new IOException("chunk has another length: bytes=" + bytes + ", expected=" + out.length);
        }
        return out;
    }

    private byte[] inflated(byte[] in) throws IOException {
        byte[] out = new byte[chunkBytes];
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(in);
            return exactly(inflater.inflate(out), out);
        } catch (DataFormatException e) {
            throw new IOException("deflate stream is damaged: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
    }

    /** u64 big-endian bytes in all, u32 bytes of a block, then for each block u32 n and n bytes: as they are when n is a block. */
    private byte[] unpacked(ByteBuffer in) throws IOException {
        if (in.remaining() < LZ4_HEADER_BYTES || in.getLong() != chunkBytes) {
            throw new IOException("LZ4 chunk has another length: expected=" + chunkBytes);
        }
        int blockBytes = in.getInt();
        if (blockBytes <= 0) {
            throw new IOException("LZ4 chunk has an impossible block: blockBytes=" + blockBytes);
        }
        byte[] out = new byte[chunkBytes];
        Lz4Decompressor lz4 = Lz4Decompressor.create();
        for (int at = 0; at < chunkBytes; ) {
            int raw = Math.min(blockBytes, chunkBytes - at);
            int packed = in.getInt();
            if (packed == raw) {
                in.get(out, at, raw);
            } else {
                byte[] block = new byte[Math.clamp(packed, 0, in.remaining())];
                in.get(block);
                if (lz4.decompress(block, 0, block.length, out, at, raw) != raw) {
                    throw new IOException("LZ4 block has another length: expected=" + raw);
                }
            }
            at += raw;
        }
        return out;
    }
}
