package org.penstock.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The simulated detectors that rates are quoted for: Poisson counts of a diffraction ring on a falling background, rare
 * hot pixels, and module gaps of all-one pixels. Little-endian; the same frames on every machine.
 *
 * <p><b>Threading:</b> immutable.
 */
public enum SimulatedFrames {
    /** A photon-counting detector like an Eiger 4M. */
    E4M_U32("e4m_u32", 2068, 2162, 4, 8, 2.0),
    /** A photon-counting detector of 1 megapixel. */
    M1_U16("m1_u16", 1024, 1024, 2, 16, 2.0),
    /** A dense CCD. */
    CCD_U16("ccd_u16", 2048, 2048, 2, 8, 60.0),
    /** A photon-counting detector of 1 megapixel that counts far; a frame is 297 kB as bslz4. */
    M1_U32("m1_u32", 1024, 1024, 4, 32, 1.85);

    /** The sets that rates are quoted for where nothing else is said. */
    public static final List<SimulatedFrames> USUAL = List.of(E4M_U32, M1_U16, CCD_U16);

    private static final int SEED = 42;
    private static final int HOT_PIXEL_ONE_IN = 20000;
    private static final int HOT_PIXEL_COUNTS = 5000;
    private static final int MODULE_WIDTH = 1024;
    private static final int MODULE_PITCH_X = 1034;
    private static final int MODULE_HEIGHT = 512;
    private static final int MODULE_PITCH_Y = 550;

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String setName;
    private final int width;
    private final int height;
    private final int elementBytes;
    private final int frames;
    private final double background;

    SimulatedFrames(String setName, int width, int height, int elementBytes, int frames, double background) {
        this.setName = setName;
        this.width = width;
        this.height = height;
        this.elementBytes = elementBytes;
        this.frames = frames;
        this.background = background;
    }

    /**
     * Finds the set of a name such as {@code e4m_u32}.
     *
     * @throws IllegalArgumentException when there is none; the message lists what there is
     */
    public static SimulatedFrames of(String setName) {
        return Arrays.stream(values())
                .filter(set -> set.setName.equals(setName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown data set: actual=" + setName
                        + ", expected=one of e4m_u32 m1_u16 ccd_u16 m1_u32 " + String.join(" ", SmallFrames.names())));
    }

    /** Returns the name in results: {@code e4m_u32}. */
    public String setName() {
        return setName;
    }

    /** Returns the pixels of a row. */
    public int width() {
        return width;
    }

    /** Returns the rows of a frame. */
    public int height() {
        return height;
    }

    /** Returns the bytes of a pixel. */
    public int elementBytes() {
        return elementBytes;
    }

    /** Returns the bytes of a frame. */
    public long frameBytes() {
        return (long) width * height * elementBytes;
    }

    /** Returns how many different frames the set has; a longer series repeats them. */
    public int frames() {
        return frames;
    }

    /** Makes all frames of the set, back to back. Takes seconds. */
    public MemorySegment generate(Arena arena) {
        return generate(arena, frames);
    }

    /** Makes the first {@code frames} frames, back to back. */
    public MemorySegment generate(Arena arena, int frames) {
        MemorySegment pixels = arena.allocate(frames * frameBytes(), 4096);
        double[] zeroProbability = zeroProbability();
        SplittableRandom random = new SplittableRandom(SEED);
        for (int frame = 0; frame < frames; frame++) {
            fill(pixels.asSlice(frame * frameBytes(), frameBytes()), zeroProbability, random);
        }
        return pixels;
    }

    private void fill(MemorySegment frame, double[] zeroProbability, SplittableRandom random) {
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int pixel = y * width + x;
                int counts = poisson(zeroProbability[pixel], random);
                if (random.nextInt(HOT_PIXEL_ONE_IN) == 0) {
                    counts += random.nextInt(HOT_PIXEL_COUNTS);
                }
                boolean gap = y % MODULE_PITCH_Y >= MODULE_HEIGHT || x % MODULE_PITCH_X >= MODULE_WIDTH;
                if (elementBytes == Short.BYTES) {
                    frame.set(U16, (long) pixel * Short.BYTES, (short) (gap ? -1 : counts));
                } else {
                    frame.set(U32, (long) pixel * Integer.BYTES, gap ? -1 : counts);
                }
            }
        }
    }

    /** Knuth's way: uniforms are multiplied until the product falls to the probability of no count. */
    private static int poisson(double zeroProbability, SplittableRandom random) {
        int counts = -1;
        double product = 1;
        do {
            counts++;
            product *= random.nextDouble();
        } while (product > zeroProbability);
        return counts;
    }

    /** The probability of no count for each pixel, the same in all frames. */
    private double[] zeroProbability() {
        double[] probability = new double[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double dx = x - width / 2.0;
                double dy = y - height / 2.0;
                double q = Math.sqrt(dx * dx + dy * dy) / (width / 2.0);
                double ring = Math.exp(-Math.pow((q - 0.45) / 0.02, 2));
                double mean = background * (Math.exp(-q * 2.5) * 1.5 + 0.05 + 1.5 * ring);
                probability[y * width + x] = Math.exp(-mean);
            }
        }
        return probability;
    }
}
