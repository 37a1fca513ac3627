package org.penstock.daemon.nexus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.penstock.daemon.hdf5.ElementArray;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.protocol.FrameRecord;

/**
 * The values that came with the frames of one file, frame by frame, until they are written value by value.
 *
 * <p>They are few against the pixels: they stay in memory until the file is complete, and a journal has them meanwhile.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class FrameTable {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Frames of a block: what comes with more frames goes into more blocks, and nothing is moved. */
    private static final int BLOCK_FRAMES = 1 << 9;

    private final PerFrame perFrame;
    private final int recordBytes;
    private final List<ByteBuffer> blocks = new ArrayList<>();

    /** Makes an empty one. */
    public FrameTable(PerFrame perFrame) {
        this.perFrame = perFrame;
        this.recordBytes = perFrame.record().bytes();
    }

    /** Notes what came with frames in a row, by the place of the first in the file. */
    public void put(int first, int frames, ByteBuffer source, int sourceAt) {
        reserve(first + frames);
        int done = 0;
        while (done < frames) {
            int frame = first + done;
            int count = Math.min(frames - done, BLOCK_FRAMES - frame % BLOCK_FRAMES);
            block(frame).put(at(frame), source, sourceAt + done * recordBytes, count * recordBytes);
            done += count;
        }
    }

    /** Makes room; what did not come is unknown. */
    private void reserve(int frames) {
        while (blocks.size() * BLOCK_FRAMES < frames) {
            ByteBuffer block = ByteBuffer.allocate(BLOCK_FRAMES * recordBytes).order(ByteOrder.LITTLE_ENDIAN);
            for (int frame = 0; frame < BLOCK_FRAMES; frame++) {
                perFrame.record().putUnknown(block, frame * recordBytes);
            }
            blocks.add(block);
        }
    }

    private ByteBuffer block(int frame) {
        return blocks.get(frame / BLOCK_FRAMES);
    }

    private int at(int frame) {
        return frame % BLOCK_FRAMES * recordBytes;
    }

    /**
     * Writes a dataset for each value.
     *
     * @param name makes the dataset's name of a value's
     * @param frames how many the file has
     */
    void write(Hdf5Group group, UnaryOperator<String> name, long frames) {
        if (perFrame.isNone()) {
            return;
        }
        int count = Math.toIntExact(frames);
        reserve(count);
        for (FrameRecord.Slot slot : perFrame.record().slots()) {
            try (Arena arena = Arena.ofConfined();
                    Hdf5Dataset dataset =
                            group.dataset(name.apply(PerFrame.dataset(slot)), column(slot, count, arena))) {
                perFrame.attributes(slot, dataset);
            }
        }
    }

    private Object column(FrameRecord.Slot slot, int count, Arena arena) {
        if (slot.type() == null) {
            List<String> texts = new ArrayList<>();
            for (int frame = 0; frame < count; frame++) {
                texts.add(text(block(frame), at(frame) + slot.at(), slot.bytes()));
            }
            return texts;
        }
        MemorySegment values = arena.allocate((long) count * slot.bytes(), Long.BYTES);
        for (int first = 0; first < count; first += BLOCK_FRAMES) {
            gather(slot, first, Math.min(BLOCK_FRAMES, count - first), values);
        }
        return new ElementArray(slot.type(), List.of((long) count), values);
    }

    /** Takes one value out of the records of a block. */
    private void gather(FrameRecord.Slot slot, int first, int frames, MemorySegment values) {
        ByteBuffer block = block(first);
        int at = slot.at();
        for (int i = 0; i < frames; i++) {
            switch (slot.bytes()) {
                case 8 -> values.setAtIndex(LONG, first + i, block.getLong(at));
                case 4 -> values.setAtIndex(INT, first + i, block.getInt(at));
                case 2 -> values.setAtIndex(SHORT, first + i, block.getShort(at));
                default -> values.set(ValueLayout.JAVA_BYTE, first + i, block.get(at));
            }
            at += recordBytes;
        }
    }

    private static String text(ByteBuffer block, int at, int mostBytes) {
        int bytes = 0;
        while (bytes < mostBytes && block.get(at + bytes) != 0) {
            bytes++;
        }
        byte[] utf8 = new byte[bytes];
        block.get(at, utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** Takes what a part that is closed has of one value, behind the frames of the parts before. */
    void putColumn(FrameRecord.Slot slot, int firstFrame, Hdf5Dataset stored, int count) {
        reserve(firstFrame + count);
        if (slot.type() == null) {
            String[] texts = stored.readTexts(count);
            for (int i = 0; i < count; i++) {
                byte[] utf8 = texts[i] == null ? new byte[0] : texts[i].getBytes(StandardCharsets.UTF_8);
                int frame = firstFrame + i;
                block(frame).put(at(frame) + slot.at(), utf8, 0, Math.min(utf8.length, slot.bytes()));
            }
            return;
        }
        byte[] values = stored.readElements(slot.type(), count);
        for (int i = 0; i < count; i++) {
            int frame = firstFrame + i;
            block(frame).put(at(frame) + slot.at(), values, i * slot.bytes(), slot.bytes());
        }
    }
}
