package org.penstock.daemon.simulation;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.penstock.protocol.ElementType;

/** Counters: one value a point. The diode sees an absorption edge pass; the time is the time. */
final class Counters {
    private static final double RATE_HZ = 100;

    private static final ValueLayout.OfDouble F64 =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Counters() {}

    static SimulatedDetector diode(Arena arena, double seconds) {
        int points = points(seconds);
        SplittableRandom random = new SplittableRandom(points);
        return counter(
                "diode",
                "simulated: transmission through an absorption edge",
                values(arena, points, point -> edge((double) point / points) + 0.004 * random.nextGaussian()));
    }

    static SimulatedDetector elapsedTime(Arena arena, double seconds) {
        return counter(
                "elapsed_time",
                "seconds since the first point",
                values(arena, points(seconds), point -> point / RATE_HZ));
    }

    private static int points(double seconds) {
        return (int) Math.ceil(seconds * RATE_HZ);
    }

    /** White line and oscillations behind an edge, for {@code place} from 0 to 1. */
    private static double edge(double place) {
        double beyond = place - 0.3;
        double step = 0.5 + Math.atan(beyond * 90) / Math.PI;
        double whiteLine = 0.45 * Math.exp(-Math.pow((beyond - 0.018) / 0.012, 2));
        double oscillation = beyond > 0 ? 0.16 * Math.exp(-beyond * 5) * Math.sin(62 * Math.sqrt(beyond + 0.01)) : 0;
        return step + whiteLine + oscillation - 0.08 * place;
    }

    private static MemorySegment values(Arena arena, int points, IntToDoubleFunction value) {
        MemorySegment values = arena.allocate((long) points * Double.BYTES, Double.BYTES);
        for (int point = 0; point < points; point++) {
            values.setAtIndex(F64, point, value.applyAsDouble(point));
        }
        return values;
    }

    private static SimulatedDetector counter(String name, String description, MemorySegment values) {
        return new SimulatedDetector(
                name, ElementType.F8, List.of(), RATE_HZ, Map.of("description", description), values);
    }
}
