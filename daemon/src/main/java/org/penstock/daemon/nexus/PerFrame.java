package org.penstock.daemon.nexus;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.NexusNames;
import org.penstock.daemon.hdf5.Hdf5Object;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.FrameValue;

/**
 * The values that come with each frame of a detector, as datasets beside its {@code data}: one element for each frame.
 *
 * <pre>
 *   frame_timestamp   i8[frames] &#64;units=ns &#64;clock      0 where it is unknown
 *   frame_tick        u8[frames] &#64;rate_hz              0 where it is unknown
 *   frame_status      u4[frames] &#64;description
 *   NAME              any[frames] &#64;units               NaN, 0 or empty text where it is unknown
 * </pre>
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param record the values of one frame
 * @param clock of timestamps
 * @param tickHz rate of the hardware tick, or null
 */
public record PerFrame(
        FrameRecord record, String clock, @Nullable Double tickHz) {
    /** Frames that come alone. */
    public static final PerFrame NONE = new PerFrame(FrameRecord.NONE, "unix", null);

    private static final String STATUS_BITS =
            "bits: 0 saturated, 1 incomplete, 2 corrected, 3 shutter closed; 0 = good";
    private static final Map<String, String> HEADER_NAMES = Map.of(
            FrameValue.TIMESTAMP, "frame_timestamp", FrameValue.TICK, "frame_tick", FrameValue.STATUS, "frame_status");

    /** Returns the name of a value's dataset. */
    static String dataset(FrameRecord.Slot slot) {
        String name = slot.value().name();
        return slot.isOfHeader() ? HEADER_NAMES.getOrDefault(name, name) : NexusNames.normalise(name);
    }

    /** Returns the names of all datasets. */
    List<String> datasets() {
        return record.slots().stream().map(PerFrame::dataset).toList();
    }

    /** Returns the names that only values of the header may have. */
    static Stream<String> taken() {
        return HEADER_NAMES.values().stream();
    }

    /** Returns whether the frames come alone. */
    public boolean isNone() {
        return record.isEmpty();
    }

    /** Writes what is known of a value to its dataset. */
    void attributes(FrameRecord.Slot slot, Hdf5Object dataset) {
        switch (slot.isOfHeader() ? slot.value().name() : "") {
            case FrameValue.TIMESTAMP -> {
                dataset.attribute("units", "ns");
                dataset.attribute("clock", clock);
            }
            case FrameValue.TICK -> {
                if (tickHz != null) {
                    dataset.attribute("rate_hz", tickHz);
                }
            }
            case FrameValue.STATUS -> dataset.attribute("description", STATUS_BITS);
            default -> {
                String units = slot.value().units();
                if (units != null) {
                    dataset.attribute("units", units);
                }
            }
        }
    }

    /** Returns the bits of what stands for a number that did not come. */
    static long unknownBits(@Nullable ElementType type) {
        return type != null && type.kind() == ElementType.Kind.FLOAT ? FillValue.bits(type) : 0;
    }
}
