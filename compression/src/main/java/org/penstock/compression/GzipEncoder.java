package org.penstock.compression;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.Deflater;

/**
 * Feeds a chunk to zlib piece by piece, shuffled on the way: shuffling the chunk as a whole would take as much memory again.
 *
 * <p><b>Threading:</b> confined to one thread at a time.
 */
final class GzipEncoder implements ChunkEncoder {
    private static final int PIECE_BYTES = 32 * 1024;

    private final boolean shuffles;
    private final Deflater deflater;
    private final byte[] piece = new byte[PIECE_BYTES];
    private final byte[] deflated = new byte[PIECE_BYTES];

    GzipEncoder(int level, boolean shuffles) {
        this.shuffles = shuffles;
        deflater = new Deflater(level);
    }

    @Override
    public long encode(MemorySegment source, long sourceBytes, int elementBytes, MemorySegment target) {
        ChunkSizes.check(source, sourceBytes, elementBytes);
        deflater.reset();
        long limit = Math.min(target.byteSize(), sourceBytes - 1);
        long written = 0;
        for (long read = 0; read < sourceBytes; read += PIECE_BYTES) {
            int bytes = (int) Math.min(PIECE_BYTES, sourceBytes - read);
            if (shuffles) {
                shuffle(source, sourceBytes / elementBytes, elementBytes, read, bytes);
            } else {
                MemorySegment.copy(source, ValueLayout.JAVA_BYTE, read, piece, 0, bytes);
            }
            deflater.setInput(piece, 0, bytes);
            if (read + bytes == sourceBytes) {
                deflater.finish();
            }
            written = drain(target, written, limit);
            if (written == NOT_SMALLER) {
                return NOT_SMALLER;
            }
        }
        return sourceBytes == 0 ? NOT_SMALLER : written;
    }

    /** Puts what zlib has ready; returns where the next bytes go. */
    private long drain(MemorySegment target, long from, long limit) {
        long written = from;
        int bytes;
        do {
            bytes = deflater.deflate(deflated);
            if (bytes > limit - written) {
                return NOT_SMALLER;
            }
            MemorySegment.copy(deflated, 0, target, ValueLayout.JAVA_BYTE, written, bytes);
            written += bytes;
        } while (bytes == PIECE_BYTES);
        return written;
    }

    /** Fills the piece from byte {@code from} of the shuffled chunk on: byte {@code s} of element i is its byte {@code s * elements + i}. */
    private void shuffle(MemorySegment source, long elements, int elementBytes, long from, int bytes) {
        int filled = 0;
        while (filled < bytes) {
            long significance = (from + filled) / elements;
            long element = (from + filled) % elements;
            int end = (int) Math.min(bytes, filled + elements - element);
            long read = element * elementBytes + significance;
            for (int i = filled; i < end; i++) {
                piece[i] = source.get(ValueLayout.JAVA_BYTE, read);
                read += elementBytes;
            }
            filled = end;
        }
    }

    @Override
    public void close() {
        deflater.end();
    }
}
