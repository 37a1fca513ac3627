package org.penstock.daemon.simulation;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.penstock.protocol.ElementType;

/** A small camera that looks at the beam: a spot with fringes wanders on a closed path over a noisy background. */
final class BeamSpot {
    private static final int SIZE = 512;
    private static final int FRAMES = 100;
    private static final double RATE_HZ = 50;
    private static final double PIXEL_SIZE = 5.5e-6;

    private static final double BACKGROUND = 96;
    private static final double NOISE = 5;
    private static final double PEAK = 3400;
    private static final double WIDTH = 26;
    private static final double FRINGE = 5.5;

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private BeamSpot() {}

    static SimulatedDetector detector(Arena arena) {
        long frameBytes = (long) SIZE * SIZE * Short.BYTES;
        MemorySegment pixels = arena.allocate(FRAMES * frameBytes, 4096);
        double[] noise = noise();
        IntStream.range(0, FRAMES)
                .parallel()
                .forEach(frame -> fill(pixels.asSlice(frame * frameBytes, frameBytes), noise, frame));
        Map<String, Object> info = Map.of(
                "description",
                "simulated: beam viewer",
                "x_pixel_size",
                SimulatedBeamline.quantity(PIXEL_SIZE, "m"),
                "y_pixel_size",
                SimulatedBeamline.quantity(PIXEL_SIZE, "m"),
                "count_time",
                SimulatedBeamline.quantity(1 / RATE_HZ, "s"));
        return new SimulatedDetector(
                "camera", ElementType.U2, List.of((long) SIZE, (long) SIZE), RATE_HZ, info, pixels);
    }

    /** Of a length that is no multiple of a row, so that rows differ. */
    private static double[] noise() {
        SplittableRandom random = new SplittableRandom(SIZE);
        return random.doubles(65_521).map(_ -> random.nextGaussian()).toArray();
    }

    private static void fill(MemorySegment frame, double[] noise, int number) {
        double turn = 2 * Math.PI * number / FRAMES;
        double centerX = SIZE * (0.5 + 0.22 * Math.sin(turn));
        double centerY = SIZE * (0.5 + 0.16 * Math.sin(2 * turn + 0.6));
        int at = 7919 * number;
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                double distance = Math.hypot(x - centerX, (y - centerY) * 1.3);
                double beam = PEAK * Math.exp(-Math.pow(distance / WIDTH, 2) / 2);
                double mean = BACKGROUND + beam * (0.8 + 0.2 * Math.cos(distance / FRINGE));
                double value = mean + noise[at++ % noise.length] * (NOISE + 0.5 * Math.sqrt(beam));
                frame.set(U16, ((long) y * SIZE + x) * Short.BYTES, (short) Math.max(0, value));
            }
        }
    }
}
