package org.penstock.daemon.nexus;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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
    private static final int FIRST_FRAMES = 16;

    private final PerFrame perFrame;
    private final int recordBytes;
    private ByteBuffer records = ByteBuffer.allocate(0);

    /** Makes an empty one. */
    public FrameTable(PerFrame perFrame) {
        this.perFrame = perFrame;
        this.recordBytes = perFrame.record().bytes();
    }

    /** Notes what came with a frame, by its place in the file. */
    public void put(int frame, ByteBuffer source, int at) {
        reserve(frame + 1);
        records.put(frame * recordBytes, source, at, recordBytes);
    }

    /** Makes room; what did not come is unknown. */
    private void reserve(int frames) {
        int had = records.capacity() / Math.max(1, recordBytes);
        if (frames <= had) {
            return;
        }
        int room = Math.max(frames, Math.max(FIRST_FRAMES, 2 * had));
        ByteBuffer larger =
                ByteBuffer.allocate(Math.multiplyExact(room, recordBytes)).order(ByteOrder.LITTLE_ENDIAN);
        larger.put(0, records, 0, had * recordBytes);
        for (int frame = had; frame < room; frame++) {
            perFrame.record().putUnknown(larger, frame * recordBytes);
        }
        records = larger;
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
                texts.add(text(frame * recordBytes + slot.at(), slot.bytes()));
            }
            return texts;
        }
        MemorySegment source = MemorySegment.ofBuffer(records);
        MemorySegment values = arena.allocate((long) count * slot.bytes(), Long.BYTES);
        for (int frame = 0; frame < count; frame++) {
            MemorySegment.copy(
                    source, (long) frame * recordBytes + slot.at(), values, (long) frame * slot.bytes(), slot.bytes());
        }
        return new ElementArray(slot.type(), List.of((long) count), values);
    }

    private String text(int at, int mostBytes) {
        int bytes = 0;
        while (bytes < mostBytes && records.get(at + bytes) != 0) {
            bytes++;
        }
        return new String(records.array(), at, bytes, StandardCharsets.UTF_8);
    }

    /** Takes what a part that is closed has of one value, behind the frames of the parts before. */
    void putColumn(FrameRecord.Slot slot, int firstFrame, Hdf5Dataset stored, int count) {
        reserve(firstFrame + count);
        if (slot.type() == null) {
            String[] texts = stored.readTexts(count);
            for (int i = 0; i < count; i++) {
                byte[] utf8 = texts[i] == null ? new byte[0] : texts[i].getBytes(StandardCharsets.UTF_8);
                records.put((firstFrame + i) * recordBytes + slot.at(), utf8, 0, Math.min(utf8.length, slot.bytes()));
            }
            return;
        }
        byte[] values = stored.readElements(slot.type(), count);
        for (int i = 0; i < count; i++) {
            records.put((firstFrame + i) * recordBytes + slot.at(), values, i * slot.bytes(), slot.bytes());
        }
    }
}
