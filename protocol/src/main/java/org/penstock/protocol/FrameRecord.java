package org.penstock.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the values that come with each frame of a stream look like: on the wire, as a frame's metadata, and in the daemon, as a record of fixed length.
 *
 * <pre>
 *   metadata   u32 checksum │ value │ value │ …      in the order of OPEN_STREAM, without those of the header, without gaps
 *   record                    value │ value │ …      in that order, with those of the header
 * </pre>
 *
 * <p><b>Threading:</b> immutable.
 */
public final class FrameRecord {
    /** A stream whose frames come alone. */
    public static final FrameRecord NONE = new FrameRecord(List.of());

    /** Most bytes of a record. */
    public static final int MOST_BYTES = 1024;

    /** Most values of a frame. */
    public static final int MOST_VALUES = 64;

    /** Most bytes of metadata. */
    public static final int MOST_METADATA_BYTES = Integer.BYTES + MOST_BYTES;

    private static final String HEADER_VALUES =
            FrameValue.TIMESTAMP + ", " + FrameValue.TICK + ", " + FrameValue.STATUS;

    private final List<FrameValue> declared;
    private final List<Slot> slots;
    private final List<Slot> ofHeader;
    private final List<Run> runs;
    private final int bytes;
    private final int metadataBytes;
    private final int texts;

    /**
     * One value of a record.
     *
     * @param value as it was declared
     * @param type of a number; null = text
     * @param bytes in the record
     * @param at where in the record it begins
     * @param metadataAt where in the metadata; 0 = in the frame's header
     */
    public record Slot(FrameValue value, @Nullable ElementType type, int bytes, int at, int metadataAt) {
        /** Returns whether the frame's header has it. */
        public boolean isOfHeader() {
            return metadataAt == 0;
        }

        /** Puts what stands for a value that did not come: NaN, 0, empty text. */
        public void putUnknown(ByteBuffer record, int recordAt) {
            if (type == ElementType.F8) {
                record.putDouble(recordAt + at, Double.NaN);
            } else if (type == ElementType.F4) {
                record.putFloat(recordAt + at, Float.NaN);
            } else {
                for (int i = 0; i < bytes; i++) {
                    record.put(recordAt + at + i, (byte) 0);
                }
            }
        }
    }

    /** Values that lie one behind the other in metadata and in the record. */
    private record Run(int at, int metadataAt, int bytes) {}

    private FrameRecord(List<FrameValue> values) {
        List<Slot> made = new ArrayList<>();
        int recordAt = 0;
        int metadataAt = Integer.BYTES;
        for (FrameValue value : values) {
            ElementType header = headerType(value);
            ElementType type = header == null ? numberType(value) : header;
            int length = type == null ? textBytes(value) : type.bytes();
            made.add(new Slot(value, type, length, recordAt, header == null ? metadataAt : 0));
            recordAt += length;
            metadataAt += header == null ? length : 0;
        }
        declared = List.copyOf(values);
        slots = List.copyOf(made);
        texts = (int) slots.stream().filter(slot -> slot.type() == null).count();
        ofHeader = slots.stream().filter(Slot::isOfHeader).toList();
        runs = runs(slots);
        bytes = recordAt;
        metadataBytes = metadataAt == Integer.BYTES ? 0 : metadataAt;
    }

    private static List<Run> runs(List<Slot> slots) {
        List<Run> runs = new ArrayList<>();
        for (Slot slot : slots) {
            Run last = runs.isEmpty() ? null : runs.getLast();
            if (last != null && !slot.isOfHeader() && last.at() + last.bytes() == slot.at()) {
                runs.set(runs.size() - 1, new Run(last.at(), last.metadataAt(), last.bytes() + slot.bytes()));
            } else if (!slot.isOfHeader()) {
                runs.add(new Run(slot.at(), slot.metadataAt(), slot.bytes()));
            }
        }
        return List.copyOf(runs);
    }

    /**
     * Checks what a client declares.
     *
     * @throws IllegalArgumentException naming the value, what was expected and what came
     */
    public static FrameRecord of(@Nullable List<FrameValue> values) {
        if (values == null || values.isEmpty()) {
            return NONE;
        }
        if (values.size() > MOST_VALUES) {
            throw new IllegalArgumentException(
                    "too many values with a frame: expected<=" + MOST_VALUES + ", actual=" + values.size());
        }
        Set<String> names = new HashSet<>();
        for (FrameValue value : values) {
            if (value == null || value.name() == null || !names.add(value.name())) {
                throw new IllegalArgumentException("each value has a name of its own: value=" + value);
            }
        }
        FrameRecord record = new FrameRecord(values);
        if (record.bytes > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "values of a frame are too long: expectedBytes<=" + MOST_BYTES + ", actualBytes=" + record.bytes);
        }
        return record;
    }

    private static @Nullable ElementType headerType(FrameValue value) {
        ElementType type = switch (value.name()) {
            case FrameValue.TIMESTAMP -> ElementType.I8;
            case FrameValue.TICK -> ElementType.U8;
            case FrameValue.STATUS -> ElementType.U4;
            default -> null;
        };
        if (type != null && (value.dtype() != null || value.units() != null)) {
            throw new IllegalArgumentException("value of the frame's header has its type and units: name="
                    + value.name() + ", expected=no dtype and no units, actual=dtype " + value.dtype() + " units "
                    + value.units());
        }
        return type;
    }

    /** Returns the type of a number, or null of text. */
    private static @Nullable ElementType numberType(FrameValue value) {
        String dtype = value.dtype();
        if (dtype == null) {
            throw new IllegalArgumentException(
                    "value has no type: name=" + value.name() + ", expected=dtype, or one of " + HEADER_VALUES);
        }
        return dtype.startsWith("s") ? null : ElementType.of(dtype);
    }

    private static int textBytes(FrameValue value) {
        String dtype = String.valueOf(value.dtype());
        if (!dtype.matches("s[1-9][0-9]{0,3}")) {
            throw new IllegalArgumentException("value of an unknown type: name=" + value.name()
                    + ", expected=u1 … f8, or s1 … s" + MOST_BYTES + " for text, actual=" + dtype);
        }
        if (value.units() != null) {
            throw new IllegalArgumentException("text has no units: name=" + value.name() + ", units=" + value.units());
        }
        return Integer.parseInt(dtype.substring(1));
    }

    /** Returns the values, in order. */
    public List<Slot> slots() {
        return slots;
    }

    /** Returns the values as they were declared. */
    public List<FrameValue> values() {
        return declared;
    }

    /** Returns whether frames come alone. */
    public boolean isEmpty() {
        return slots.isEmpty();
    }

    /** Returns the bytes of a record. */
    public int bytes() {
        return bytes;
    }

    /** Returns how many of the values are text. */
    public int texts() {
        return texts;
    }

    /** Returns the bytes of a frame's metadata, its checksum included; 0 when all values are in the header, or there are none. */
    public int metadataBytes() {
        return metadataBytes;
    }

    /** Makes the record of a frame that has arrived, from its header and its metadata; allocates nothing. */
    public void assemble(FrameHeader header, ByteBuffer record, int recordAt) {
        for (int i = 0; i < ofHeader.size(); i++) {
            Slot slot = ofHeader.get(i);
            if (slot.type() == ElementType.I8) {
                record.putLong(recordAt + slot.at(), header.timestampNs());
            } else if (slot.type() == ElementType.U8) {
                record.putLong(recordAt + slot.at(), header.hardwareTick());
            } else {
                record.putInt(recordAt + slot.at(), header.frameStatus());
            }
        }
        if (header.metadataBytes() == 0) {
            putUnknownMetadata(record, recordAt);
            return;
        }
        int metadataAt = header.metadataAt();
        for (int i = 0; i < runs.size(); i++) {
            Run run = runs.get(i);
            record.put(recordAt + run.at(), header.buffer(), metadataAt + run.metadataAt(), run.bytes());
        }
    }

    private void putUnknownMetadata(ByteBuffer record, int recordAt) {
        for (int i = 0; i < slots.size(); i++) {
            if (!slots.get(i).isOfHeader()) {
                slots.get(i).putUnknown(record, recordAt);
            }
        }
    }

    /** Makes the record of a frame of which nothing is known. */
    public void putUnknown(ByteBuffer record, int recordAt) {
        for (Slot slot : slots) {
            slot.putUnknown(record, recordAt);
        }
    }
}
