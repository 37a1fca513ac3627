package org.penstock.daemon.source;

import io.jhdf.api.dataset.ChunkedDataset;
import io.jhdf.exceptions.HdfException;
import io.jhdf.filter.PipelineFilterWithData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a chunked dataset, put together from its chunks. jHDF finds the chunks; what it does not do is done here: chunks stored without
 * their filter, chunks that were never written, and bitshuffle.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class Hdf5Chunks {
    private static final List<Integer> KEEP_LENGTH = List.of(2);

    private final ChunkedDataset dataset;
    private final int elementBytes;
    private final long[] extents;
    private final int[] chunkExtents;
    private final int chunkBytes;
    private final List<PipelineFilterWithData> filters;
    private final byte[] unwritten;
    private final BitshuffleDecoder bitshuffle = new BitshuffleDecoder();

    Hdf5Chunks(String name, ChunkedDataset dataset, Layout layout) throws IOException {
        this.dataset = dataset;
        this.elementBytes = layout.type().bytes();
        this.extents = dataset.getDimensionsAsLong();
        this.chunkExtents = dataset.getChunkDimensions();
        this.filters = dataset.getFilters();
        int bytes = elementBytes;
        for (int extent : chunkExtents) {
            bytes = Math.multiplyExact(bytes, extent);
        }
        this.chunkBytes = bytes;
        this.unwritten = unwritten(layout);
        boolean isZstd = filters.stream()
                .filter(filter -> filter.getId() == BitshuffleDecoder.FILTER_ID)
                .anyMatch(filter -> filters.size() > 1 || filter.getFilterData()[4] != BitshuffleDecoder.LZ4);
        if (isZstd) {
            throw new IOException("filter not supported: file=" + name
                    + ", expected=none, gzip, shuffle, lzf, lz4 or bitshuffle with LZ4, actual=" + filters
                    + "; copy it with h5repack -f NONE");
        }
    }

    /** Returns the rows {@code first} to {@code first + count - 1} of the first axis, in the byte order of the file. */
    ByteBuffer rows(long first, int count) throws IOException {
        int bytes = Math.multiplyExact(count, elementBytes);
        for (int i = 1; i < extents.length; i++) {
            bytes = Math.multiplyExact(bytes, Math.toIntExact(extents[i]));
        }
        byte[] rows = new byte[bytes];
        int[] chunk = new int[extents.length];
        chunk[0] = Math.toIntExact(first / chunkExtents[0] * chunkExtents[0]);
        int firstChunk = chunk[0];
        do {
            copy(chunk(chunk), chunk, rows, first, count);
        } while (next(chunk, firstChunk, first + count));
        return ByteBuffer.wrap(rows);
    }

    /** Moves to the next chunk, last axis first; false after the last. */
    private boolean next(int[] chunk, int firstChunk, long endRow) {
        for (int i = chunk.length - 1; i >= 0; i--) {
            chunk[i] += chunkExtents[i];
            if (chunk[i] < (i == 0 ? endRow : extents[i])) {
                return true;
            }
            chunk[i] = i == 0 ? firstChunk : 0;
        }
        return false;
    }

    private byte[] chunk(int[] offset) throws IOException {
        ByteBuffer stored;
        try {
            stored = dataset.getRawChunkBuffer(offset);
        } catch (HdfException e) {
            if (String.valueOf(e.getMessage()).startsWith("No chunk")) {
                return unwritten;
            }
            throw e;
        }
        if (isPlain(stored)) {
            byte[] plain = new byte[chunkBytes];
            stored.duplicate().get(plain);
            return plain;
        }
        return filters.getFirst().getId() == BitshuffleDecoder.FILTER_ID
                ? bitshuffle.decode(stored, elementBytes, chunkBytes)
                : dataset.getDecompressedChunk(offset);
    }

    /**
     * A chunk that did not shrink may be stored without its filters; jHDF keeps the mask that says so to itself. Then it is exactly as long as
     * its elements and does not begin like the output of the filter.
     */
    private boolean isPlain(ByteBuffer stored) {
        if (filters.isEmpty()) {
            return true;
        }
        boolean canShrink = filters.stream().anyMatch(filter -> !KEEP_LENGTH.contains(filter.getId()));
        return canShrink
                && stored.remaining() == chunkBytes
                && !BitshuffleDecoder.isEncoded(stored, chunkBytes)
                && !isZlib(stored);
    }

    private static boolean isZlib(ByteBuffer stored) {
        int begin = stored.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(stored.position()) & 0xffff;
        return begin >>> 8 == 0x78 && begin % 31 == 0;
    }

    /** Copies what the chunk and the rows have in common, one run along the last axis after the other. */
    private void copy(byte[] from, int[] offset, byte[] rows, long first, int count) {
        int last = extents.length - 1;
        int[] at = new int[extents.length];
        do {
            long row = offset[0] + (last == 0 ? 0L : at[0]);
            if (last == 0 || (row >= first && row < first + count && isInside(offset, at))) {
                copyRun(from, offset, at, rows, first, count);
            }
        } while (nextRun(at));
    }

    private boolean isInside(int[] offset, int[] at) {
        for (int i = 1; i < extents.length - 1; i++) {
            if (offset[i] + at[i] >= extents[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean nextRun(int[] at) {
        for (int i = at.length - 2; i >= 0; i--) {
            if (++at[i] < chunkExtents[i]) {
                return true;
            }
            at[i] = 0;
        }
        return false;
    }

    private void copyRun(byte[] from, int[] offset, int[] at, byte[] rows, long first, int count) {
        int last = extents.length - 1;
        long source = 0;
        long target = 0;
        for (int i = 0; i < last; i++) {
            source = source * chunkExtents[i] + at[i];
            target = target * extents[i] + offset[i] + at[i] - (i == 0 ? first : 0);
        }
        long runFirst = last == 0 ? Math.max(first, offset[0]) : offset[last];
        long runEnd = Math.min(last == 0 ? first + count : extents[last], offset[last] + (long) chunkExtents[last]);
        source = source * chunkExtents[last] + runFirst - offset[last];
        target = last == 0 ? runFirst - first : target * extents[last] + runFirst;
        System.arraycopy(
                from,
                Math.toIntExact(source * elementBytes),
                rows,
                Math.toIntExact(target * elementBytes),
                Math.toIntExact((runEnd - runFirst) * elementBytes));
    }

    private byte[] unwritten(Layout layout) {
        byte[] chunk = new byte[chunkBytes];
        Object fill = dataset.getFillValue();
        if (fill instanceof Number number) {
            ByteBuffer elements =
                    ByteBuffer.wrap(chunk).order(layout.isBigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
            while (elements.hasRemaining()) {
                put(elements, number, layout);
            }
        }
        return chunk;
    }

    private static void put(ByteBuffer elements, Number value, Layout layout) {
        switch (layout.type()) {
            case U1, I1 -> elements.put(value.byteValue());
            case U2, I2 -> elements.putShort(value.shortValue());
            case U4, I4 -> elements.putInt(value.intValue());
            case U8, I8 -> elements.putLong(value.longValue());
            case F4 -> elements.putFloat(value.floatValue());
            case F8 -> elements.putDouble(value.doubleValue());
        }
    }

    /** Returns the chunks of a dataset, or null when it has none. */
    static @Nullable Hdf5Chunks of(String name, Object dataset, Layout layout) throws IOException {
        return dataset instanceof ChunkedDataset chunked ? new Hdf5Chunks(name, chunked, layout) : null;
    }
}
