package org.penstock.protocol.client;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.FrameValue;

/**
 * What comes with a frame; made once, for the values that the stream declared, and set anew for each frame. What is not set is not known.
 *
 * <p><b>Threading:</b> confined to its owner; not changed while a frame is sent with it.
 */
public final class FrameValues {
    private final FrameRecord record;
    private final Map<String, FrameRecord.Slot> slots = new HashMap<>();
    private final ByteBuffer metadata;
    private long timestampNs;
    private long tick;
    private int status;

    /**
     * @param declared as {@code OPEN_STREAM} had them
     * @throws IllegalArgumentException when they are not what a stream can declare
     */
    public FrameValues(@Nullable List<FrameValue> declared) {
        this(FrameRecord.of(declared));
    }

    FrameValues(FrameRecord record) {
        this.record = record;
        record.slots().forEach(slot -> slots.put(slot.value().name(), slot));
        metadata = ByteBuffer.allocateDirect(record.metadataBytes()).order(ByteOrder.LITTLE_ENDIAN);
        clear();
    }

    /** Forgets all values. */
    public FrameValues clear() {
        timestampNs = 0;
        tick = 0;
        status = 0;
        for (FrameRecord.Slot slot : record.slots()) {
            if (!slot.isOfHeader()) {
                slot.putUnknown(metadata, slot.metadataAt() - slot.at());
            }
        }
        return this;
    }

    /** Start of exposure on the stream's clock. */
    public FrameValues timestampNs(long ns) {
        timestampNs = ns;
        return this;
    }

    /** The detector's own counter. */
    public FrameValues tick(long ticks) {
        tick = ticks;
        return this;
    }

    /** Bits of the frame's status (README section 5). */
    public FrameValues status(int bits) {
        status = bits;
        return this;
    }

    /**
     * A floating-point number.
     *
     * @throws IllegalArgumentException when no number of that name was declared, or one of another type
     */
    public FrameValues put(String name, double number) {
        FrameRecord.Slot slot = slot(name);
        if (slot.type() == ElementType.F8) {
            metadata.putDouble(slot.metadataAt(), number);
        } else if (slot.type() == ElementType.F4) {
            metadata.putFloat(slot.metadataAt(), (float) number);
        } else {
            throw mismatch(slot, "f4 or f8");
        }
        return this;
    }

    /**
     * An integer; its low bytes where the declared type is shorter. A number declared as floating-point is taken too.
     *
     * @throws IllegalArgumentException when no number of that name was declared
     */
    public FrameValues put(String name, long number) {
        FrameRecord.Slot slot = slot(name);
        ElementType type = slot.type();
        if (type == null) {
            throw mismatch(slot, "a number");
        }
        if (type.kind() == ElementType.Kind.FLOAT) {
            return put(name, (double) number);
        }
        switch (type.bytes()) {
            case 1 -> metadata.put(slot.metadataAt(), (byte) number);
            case 2 -> metadata.putShort(slot.metadataAt(), (short) number);
            case 4 -> metadata.putInt(slot.metadataAt(), (int) number);
            default -> metadata.putLong(slot.metadataAt(), number);
        }
        return this;
    }

    /**
     * Text.
     *
     * @throws IllegalArgumentException when no text of that name was declared, or it is longer than declared
     */
    public FrameValues put(String name, String text) {
        FrameRecord.Slot slot = slot(name);
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (slot.type() != null) {
            throw mismatch(slot, "sN");
        }
        if (utf8.length > slot.bytes()) {
            throw new IllegalArgumentException("text is longer than declared: name=" + name + ", expectedBytes<="
                    + slot.bytes() + ", actualBytes=" + utf8.length);
        }
        slot.putUnknown(metadata, slot.metadataAt() - slot.at());
        metadata.put(slot.metadataAt(), utf8);
        return this;
    }

    private FrameRecord.Slot slot(String name) {
        FrameRecord.Slot slot = slots.get(name);
        if (slot == null || slot.isOfHeader()) {
            throw new IllegalArgumentException("value was not declared: name=" + name + ", declared=" + slots.keySet());
        }
        return slot;
    }

    private static IllegalArgumentException mismatch(FrameRecord.Slot slot, String expected) {
        return new IllegalArgumentException(
                "value was declared otherwise: name=" + slot.value().name() + ", expected=" + expected + ", declared="
                        + slot.value().dtype());
    }

    long timestampNs() {
        return timestampNs;
    }

    /**
     * Refuses values that were made for what another stream declared.
     *
     * @param streams what this one did; null when that is not known here
     */
    void check(@Nullable FrameRecord streams) {
        if (streams != null && !record.values().equals(streams.values())) {
            throw new IllegalArgumentException("values are not what the stream declared: expected=" + streams.values()
                    + ", actual=" + record.values());
        }
    }

    /** Copies what another one has, of the same stream. */
    void fill(FrameValues other) {
        timestampNs = other.timestampNs;
        tick = other.tick;
        status = other.status;
        metadata.put(0, other.metadata, 0, metadata.capacity());
    }

    /** Returns room for the same values. */
    FrameValues empty() {
        return new FrameValues(record);
    }

    int metadataBytes() {
        return metadata.capacity();
    }

    /** Puts all of it into a header that is written, and returns the metadata, from 0 to its end, with its checksum. */
    ByteBuffer writeTo(FrameHeader header, Checksum checksum) {
        header.withValues(tick, status, metadata.capacity());
        if (metadata.capacity() > 0) {
            metadata.putInt(0, checksum.of(metadata, Integer.BYTES, metadata.capacity() - Integer.BYTES));
        }
        return metadata.clear();
    }
}
