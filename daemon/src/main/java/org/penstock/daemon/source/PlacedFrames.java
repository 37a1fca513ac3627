package org.penstock.daemon.source;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.penstock.protocol.ElementType;

/**
 * Frames that lie uncompressed in the bytes of a file, each at a known place.
 *
 * @param name of the file
 * @param type of an element
 * @param isBigEndian whether bytes have to be swapped
 * @param split number and shape of the frames
 * @param bytes of the file
 * @param place byte offset of a frame by its index
 */
record PlacedFrames(
        String name,
        ElementType type,
        boolean isBigEndian,
        Layout.Frames split,
        MemorySegment bytes,
        LongUnaryOperator place)
        implements FrameSource {

    /** Frames one after the other. */
    static PlacedFrames inARow(String name, Layout layout, Layout.Frames split, MemorySegment bytes, long firstAt) {
        long frameBytes = layout.bytes() / split.count();
        return new PlacedFrames(
                name, layout.type(), layout.isBigEndian(), split, bytes, index -> firstAt + index * frameBytes);
    }

    @Override
    public List<Long> frameShape() {
        return split.shape();
    }

    @Override
    public long frames() {
        return split.count();
    }

    @Override
    public boolean isReady() {
        return !isSwapped();
    }

    private boolean isSwapped() {
        return isBigEndian && type.bytes() > 1;
    }

    @Override
    public ByteBuffer frame(long index, ByteBuffer scratch) throws IOException {
        ByteBuffer stored = bytes.asSlice(place.applyAsLong(index), frameBytes())
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
        return isSwapped() ? swapped(stored, type.bytes(), scratch) : stored;
    }

    /** Copies elements with their bytes turned round. */
    static ByteBuffer swapped(ByteBuffer from, int elementBytes, ByteBuffer scratch) {
        int count = from.remaining();
        int at = from.position();
        ByteBuffer to = scratch.clear().limit(count).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer big = from.duplicate().order(ByteOrder.BIG_ENDIAN);
        for (int i = 0; i < count; i += elementBytes) {
            switch (elementBytes) {
                case Short.BYTES -> to.putShort(i, big.getShort(at + i));
                case Integer.BYTES -> to.putInt(i, big.getInt(at + i));
                case Long.BYTES -> to.putLong(i, big.getLong(at + i));
                default -> throw new IllegalArgumentException("elementBytes=" + elementBytes);
            }
        }
        return to;
    }

    @Override
    public void close() {}
}
