package org.penstock.daemon.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The points of a scan in several dimensions, such as a mesh, of which the last is the fastest.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param shape points in each dimension, slowest first
 * @param axes the positioner of each dimension
 * @param isSnake whether every second row runs backwards
 */
public record Grid(List<Integer> shape, List<String> axes, boolean isSnake) {
    private static final Set<String> KEYS = Set.of("shape", "axes", "snake");
    private static final int MOST_DIMENSIONS = 6;

    public Grid {
        shape = List.copyOf(shape);
        axes = List.copyOf(axes);
    }

    /** Returns how many points the scan has. */
    public long points() {
        return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    }

    static @Nullable Grid read(@Nullable JsonNode node, String pointer, Problems problems) {
        if (node == null) {
            return null;
        }
        JsonObject object = JsonObject.of(node, pointer, problems, KEYS);
        List<Integer> shape = object.elements("shape", "a list of numbers of points", (points, at) -> {
            if (!points.canConvertToInt() || !points.isIntegralNumber() || points.intValue() < 1) {
                problems.add(at, "a number of points, at least 1", points);
                return null;
            }
            return points.intValue();
        });
        List<String> axes = object.names("axes");
        if (shape.size() < 2 || shape.size() > MOST_DIMENSIONS || axes.size() != shape.size()) {
            problems.add(
                    pointer,
                    "2 to " + MOST_DIMENSIONS + " dimensions, and an axis for each",
                    "shape=" + shape + " axes=" + axes);
            return null;
        }
        if (shape.stream().mapToDouble(Integer::doubleValue).reduce(1, (a, b) -> a * b) > Integer.MAX_VALUE) {
            problems.add(object.pointer("shape"), "at most " + Integer.MAX_VALUE + " points", shape.toString());
            return null;
        }
        return new Grid(shape, axes, object.flag("snake"));
    }
}
