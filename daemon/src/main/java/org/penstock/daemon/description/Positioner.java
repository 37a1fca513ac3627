package org.penstock.daemon.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A motor, or anything that has a position. It moves in the scan when a stream or {@code values} say where it was at each point.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param units of all its positions, or null
 * @param start position in user units when the scan began, or null; {@code dialStart} as the motor itself counts
 * @param end position in user units when it ended, or null; {@code dialEnd} as the motor itself counts
 * @param stream the detector name of the stream whose values are its positions, or null
 * @param values its positions, a {@code double[]}, where they are known beforehand, or null
 */
public record Positioner(
        @Nullable String units,
        @Nullable Value start,
        @Nullable Value dialStart,
        @Nullable Value end,
        @Nullable Value dialEnd,
        @Nullable String stream,
        @Nullable Value values) {
    private static final Set<String> KEYS =
            Set.of("units", "start", "dial_start", "end", "dial_end", "stream", "values");

    /** Returns whether it moves in the scan. */
    public boolean isMoving() {
        return stream != null || values != null;
    }

    static Positioner read(JsonObject object) {
        NodeReader nodes = new NodeReader(object.problems());
        String units = object.units("units");
        if (object.get("stream") != null && object.get("values") != null) {
            object.problems().add(object.pointer("values"), "stream or values, not both", "both");
        }
        return new Positioner(
                units,
                position(object, "start", units, nodes),
                position(object, "dial_start", units, nodes),
                position(object, "end", units, nodes),
                position(object, "dial_end", units, nodes),
                object.text("stream"),
                nodes.positions(object.get("values"), object.pointer("values"), units));
    }

    static JsonObject object(JsonNode node, String pointer, Problems problems) {
        return JsonObject.of(node, pointer, problems, KEYS);
    }

    private static @Nullable Value position(JsonObject object, String key, @Nullable String units, NodeReader nodes) {
        return object.node().has(key) ? nodes.position(object.node().get(key), object.pointer(key), units) : null;
    }
}
