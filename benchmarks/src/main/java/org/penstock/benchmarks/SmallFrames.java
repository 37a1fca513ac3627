package org.penstock.benchmarks;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.penstock.protocol.ElementType;

/**
 * Simulated frames of which it is the number that counts, not the bytes. Little-endian; the same frames on every machine.
 *
 * <p><b>Threading:</b> immutable.
 */
enum SmallFrames {
    /** Spectra of a multi-channel analyser: a falling background and a line, in Poisson counts. */
    SPECTRA_U32("spectra_u32", ElementType.U4, 4096) {
        @Override
        List<Long> shape() {
            return List.of(2048L);
        }

        @Override
        void fill(MemorySegment frame, SplittableRandom random) {
            for (int channel = 0; channel < 2048; channel++) {
                double line = (channel - 640) / 8.0;
                double mean = 200 * Math.exp(-channel / 400.0) + 500 * Math.exp(-line * line);
                // near enough to Poisson for a codec, and quick for large means
                long counts = Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
                frame.set(U32, (long) channel * Integer.BYTES, (int) counts);
            }
        }
    },
    /** A counter: one value a frame. */
    COUNTER_F64("counter_f64", ElementType.F8, 1 << 16) {
        @Override
        List<Long> shape() {
            return List.of();
        }

        @Override
        void fill(MemorySegment frame, SplittableRandom random) {
            frame.set(F64, 0, random.nextDouble());
        }
    },
    /** Images of a small fast detector. */
    IMAGE_64_U8("image_64_u8", ElementType.U1, 20_000) {
        @Override
        List<Long> shape() {
            return List.of(64L, 64L);
        }

        @Override
        void fill(MemorySegment frame, SplittableRandom random) {
            for (int pixel = 0; pixel < 64 * 64; pixel++) {
                int counts = 0;
                while (random.nextInt(5) < 3) {
                    counts++;
                }
                frame.set(ValueLayout.JAVA_BYTE, pixel, (byte) counts);
            }
        }
    };

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble F64 =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int SEED = 42;

    private final String setName;
    private final ElementType type;
    private final int frames;

    SmallFrames(String setName, ElementType type, int frames) {
        this.setName = setName;
        this.type = type;
        this.frames = frames;
    }

    /** Returns the set of a name, if it is one of these. */
    static Optional<SmallFrames> of(String setName) {
        return Arrays.stream(values())
                .filter(set -> set.setName.equals(setName))
                .findFirst();
    }

    static List<String> names() {
        return Arrays.stream(values()).map(set -> set.setName).toList();
    }

    String setName() {
        return setName;
    }

    ElementType type() {
        return type;
    }

    /** Returns the extent of one frame, slowest first. */
    abstract List<Long> shape();

    /** Returns how many different frames the set has. */
    int frames() {
        return frames;
    }

    /** Makes all frames of the set, back to back. */
    MemorySegment generate(Arena arena) {
        long frameBytes = shape().stream().reduce((long) type.bytes(), Math::multiplyExact);
        MemorySegment all = arena.allocate(frames * frameBytes, 4096);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int frame = 0; frame < frames; frame++) {
            fill(all.asSlice(frame * frameBytes, frameBytes), random);
        }
        return all;
    }

    abstract void fill(MemorySegment frame, SplittableRandom random);
}
