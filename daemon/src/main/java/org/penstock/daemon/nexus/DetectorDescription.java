package org.penstock.daemon.nexus;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.penstock.daemon.description.NexusNames;
import org.penstock.daemon.hdf5.ChunkedLayout;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.FrameRecord;

/**
 * One detector of a scan, or counter: what its frames are and what is known of it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param name as the scan knows it; normalised where it names a group
 * @param frameShape extent of one frame, slowest first: empty for a counter, one for a spectrum, two for an image, three
 *     for a stack of channels
 * @param groups names in its part files
 * @param fields what else is known, by NeXus name, in the order to be written; names are normalised
 * @param perFrame what comes with each frame
 * @param every which of the frames that were sent are stored: every n-th; 1 for all
 */
public record DetectorDescription(
        String name,
        ElementType type,
        List<Integer> frameShape,
        FrameStorage storage,
        GroupNames groups,
        Map<String, Field> fields,
        PerFrame perFrame,
        long every) {
    private static final Set<String> RESERVED = Set.of("data", "missing", "integrity", "plot", "frame_start_number");
    private static final int MAX_RANK = 3;

    public DetectorDescription {
        frameShape = List.copyOf(frameShape);
        if (frameShape.size() > MAX_RANK) {
            throw new IllegalArgumentException("frame of too many dimensions: detector=" + name + ", frameShape="
                    + frameShape + ", expected=<=" + MAX_RANK);
        }
        if (NexusNames.normalise(name).equals("name")) {
            throw new IllegalArgumentException("detector name is taken by the file format: detector=" + name);
        }
        fields = normalised(name, fields, perFrame);
    }

    /** A detector of which all frames are stored. */
    public DetectorDescription(
            String name,
            ElementType type,
            List<Integer> frameShape,
            FrameStorage storage,
            GroupNames groups,
            Map<String, Field> fields) {
        this(name, type, frameShape, storage, groups, fields, PerFrame.NONE, 1);
    }

    /** Returns the number of dimensions of one frame. */
    public int rank() {
        return frameShape.size();
    }

    /** Returns the name of its group in a master. */
    public String groupName() {
        return NexusNames.normalise(name);
    }

    /** Returns how one frame is to be shown: {@code scalar}, {@code spectrum} or {@code image}. */
    public String interpretation() {
        return interpretation(rank());
    }

    static String interpretation(int rank) {
        return switch (rank) {
            case 0 -> "scalar";
            case 1 -> "spectrum";
            default -> "image";
        };
    }

    /** Returns the kind that BLISS writes beside the data: {@code counter}, {@code mca} or {@code lima}. */
    public String kind() {
        return switch (rank()) {
            case 0 -> "counter";
            case 1 -> "mca";
            default -> "lima";
        };
    }

    /** Returns the uncompressed bytes of one chunk. */
    public long chunkBytes() {
        return layout().chunkBytes();
    }

    ChunkedLayout layout() {
        return new ChunkedLayout(type, frameShape, storage.chunkFrames(), storage.filters(), FillValue.bits(type));
    }

    private static Map<String, Field> normalised(String detector, Map<String, Field> fields, PerFrame perFrame) {
        Map<String, Field> normalised = new LinkedHashMap<>();
        Set<String> besides = besides(detector, perFrame);
        fields.forEach((name, field) -> {
            String normal = NexusNames.normalise(name);
            if (RESERVED.contains(normal)) {
                throw new IllegalArgumentException("field name is taken by the file format: detector=" + detector
                        + ", field=" + name + ", taken=" + RESERVED);
            }
            if (!besides.add(normal)) {
                throw new IllegalArgumentException(
                        "fields of one name: detector=" + detector + ", field=" + name + ", stored as=" + normal);
            }
            normalised.put(normal, field);
        });
        return Collections.unmodifiableMap(normalised);
    }

    /** Returns the names of what comes with each frame, which no field may have. */
    private static Set<String> besides(String detector, PerFrame perFrame) {
        Set<String> names = new HashSet<>();
        for (FrameRecord.Slot slot : perFrame.record().slots()) {
            String name = PerFrame.dataset(slot);
            boolean isTaken = !slot.isOfHeader() && PerFrame.taken().anyMatch(name::equals);
            if (RESERVED.contains(name) || isTaken || !names.add(name)) {
                throw new IllegalArgumentException("name of a frame's value is taken: detector=" + detector + ", value="
                        + slot.value().name() + ", stored as=" + name);
            }
        }
        return names;
    }
}
