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

/**
 * A photon-counting detector like an Eiger 4M behind a crystal: powder rings and a halo with Poisson noise, spots that come and go from frame to
 * frame, the shadow of a beam stop. Module gaps count nothing.
 */
final class Diffraction {
    private static final int WIDTH = 2068;
    private static final int HEIGHT = 2162;
    private static final int FRAMES = 8;
    private static final double RATE_HZ = 25;

    private static final int MODULE_WIDTH = 1028;
    private static final int MODULE_PITCH_X = 1040;
    private static final int MODULE_HEIGHT = 512;
    private static final int MODULE_PITCH_Y = 550;

    private static final double CENTER_X = 1041.5;
    private static final double CENTER_Y = 1103.2;
    private static final double BEAM_STOP_RADIUS = 38;
    private static final double BEAM_STOP_ARM = 6;

    /** Radii of powder rings in pixels, and their counts per pixel. */
    private static final double[][] RINGS = {{212, 10.4}, {300, 15.2}, {368, 6.1}, {520, 13.4}, {637, 5.8}, {790, 4.3}};

    private static final double RING_WIDTH = 3.5;
    private static final int SPOTS = 350;
    private static final double SPOT_WIDTH = 1.4;
    private static final int SPOT_REACH = 5;

    /** Steps of the radial profile in a pixel. */
    private static final int STEPS = 4;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Diffraction() {}

    static SimulatedDetector detector(Arena arena) {
        long frameBytes = (long) WIDTH * HEIGHT * Integer.BYTES;
        MemorySegment pixels = arena.allocate(FRAMES * frameBytes, 4096);
        double[] zeroProbability = zeroProbability();
        IntStream.range(0, FRAMES)
                .parallel()
                .forEach(frame -> fill(pixels.asSlice(frame * frameBytes, frameBytes), zeroProbability, frame));
        Map<String, Object> info = Map.of(
                "description",
                "simulated: like a Dectris Eiger 4M",
                "x_pixel_size",
                SimulatedBeamline.quantity(75e-6, "m"),
                "y_pixel_size",
                SimulatedBeamline.quantity(75e-6, "m"),
                "beam_center_x",
                SimulatedBeamline.quantity(CENTER_X, "pixel"),
                "beam_center_y",
                SimulatedBeamline.quantity(CENTER_Y, "pixel"),
                "distance",
                SimulatedBeamline.quantity(0.18, "m"),
                "count_time",
                SimulatedBeamline.quantity(1 / RATE_HZ, "s"));
        return new SimulatedDetector(
                "eiger", ElementType.U4, List.of((long) HEIGHT, (long) WIDTH), RATE_HZ, info, pixels);
    }

    /** The probability of no count at a distance from the beam. */
    private static double[] zeroProbability() {
        double[] probability = new double[STEPS * (WIDTH + HEIGHT)];
        for (int step = 0; step < probability.length; step++) {
            double radius = (double) step / STEPS;
            double mean = 0.08 + 1.1 * Math.exp(-radius / 260) + 0.5 * Math.exp(-Math.pow((radius - 430) / 170, 2));
            for (double[] ring : RINGS) {
                mean += ring[1] * Math.exp(-Math.pow((radius - ring[0]) / RING_WIDTH, 2));
            }
            probability[step] = Math.exp(-mean);
        }
        return probability;
    }

    private static void fill(MemorySegment frame, double[] zeroProbability, int number) {
        SplittableRandom random = new SplittableRandom(number);
        for (int y = 0; y < HEIGHT; y++) {
            double dy = y - CENTER_Y;
            for (int x = 0; x < WIDTH; x++) {
                double dx = x - CENTER_X;
                double radius = Math.sqrt(dx * dx + dy * dy);
                int counts =
                        isBlind(x, y, radius) ? 0 : Poisson.counts(zeroProbability[(int) (STEPS * radius)], random);
                frame.set(U32, offset(x, y), counts);
            }
        }
        for (int spot = 0; spot < SPOTS; spot++) {
            spot(frame, random);
        }
    }

    private static void spot(MemorySegment frame, SplittableRandom random) {
        double centerX = random.nextDouble(WIDTH);
        double centerY = random.nextDouble(HEIGHT);
        double distance = Math.hypot(centerX - CENTER_X, centerY - CENTER_Y);
        double peak = 75 * Math.pow(random.nextDouble(), 3) * Math.exp(-distance / 900);
        for (int y = (int) centerY - SPOT_REACH; y <= centerY + SPOT_REACH; y++) {
            for (int x = (int) centerX - SPOT_REACH; x <= centerX + SPOT_REACH; x++) {
                double radius = Math.hypot(x - CENTER_X, y - CENTER_Y);
                if (x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT && !isBlind(x, y, radius)) {
                    double away = Math.hypot(x - centerX, y - centerY) / SPOT_WIDTH;
                    int counts = Poisson.counts(Math.exp(-peak * Math.exp(-away * away)), random);
                    frame.set(U32, offset(x, y), frame.get(U32, offset(x, y)) + counts);
                }
            }
        }
    }

    private static long offset(int x, int y) {
        return ((long) y * WIDTH + x) * Integer.BYTES;
    }

    private static boolean isBlind(int x, int y, double radius) {
        boolean isGap = x % MODULE_PITCH_X >= MODULE_WIDTH || y % MODULE_PITCH_Y >= MODULE_HEIGHT;
        boolean isArm = y > CENTER_Y && Math.abs(x - CENTER_X) < BEAM_STOP_ARM;
        return isGap || isArm || radius < BEAM_STOP_RADIUS;
    }
}
