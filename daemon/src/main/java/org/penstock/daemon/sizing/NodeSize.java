package org.penstock.daemon.sizing;

import java.util.List;

/**
 * What a node needs for its detectors, all at full speed at once.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param cores for receiving, encoding, writing and the kernel
 * @param memoryBytes of the machine, the slab included
 * @param diskBytesPerSecond that the file system must take, sustained
 * @param networkGigabits of the link, the next that there is
 */
public record NodeSize(int cores, long memoryBytes, double diskBytesPerSecond, int networkGigabits) {
    /** No more of a core, a link or a disk is planned for. */
    public static final double MOST_LOAD = 0.7;

    private static final List<Integer> LINKS = List.of(1, 10, 25, 40, 100, 200, 400);
    private static final long GIB = 1L << 30;
    private static final long JAVA_BYTES = 2 * GIB;
    private static final long SYSTEM_BYTES = 2 * GIB;
    private static final double CACHE_SECONDS = 4;

    /**
     * How fast one core of this machine works.
     *
     * @param encoded bytes of pixels that a core encodes in a second
     * @param received bytes that a core receives in a second, the kernel's work included
     * @param stored bytes that a core writes to files in a second, the kernel's work included
     */
    public record CoreRates(double encoded, double received, double stored) {}

    /**
     * Adds up what detectors need.
     *
     * @param slabBytes memory for their frames, see {@link MemoryPlan}
     */
    public static NodeSize of(List<DetectorLoad> detectors, CoreRates rates, long slabBytes) {
        double in = 0;
        double stored = 0;
        double gigabits = 0;
        for (DetectorLoad detector : detectors) {
            in += detector.bytesPerSecond();
            stored += detector.storedBytesPerSecond();
            gigabits += detector.gigabitsPerSecond();
        }
        double busy = in / rates.encoded() + in / rates.received() + stored / rates.stored();
        long cache = (long) (stored * CACHE_SECONDS);
        return new NodeSize(
                (int) Math.max(2, Math.ceil(busy / MOST_LOAD)),
                Math.ceilDiv(slabBytes + JAVA_BYTES + SYSTEM_BYTES + cache, GIB) * GIB,
                stored,
                link(gigabits / MOST_LOAD));
    }

    private static int link(double gigabits) {
        return LINKS.stream()
                .filter(link -> link >= gigabits)
                .findFirst()
                .orElseGet(() -> (int) Math.ceil(gigabits / LINKS.getLast()) * LINKS.getLast());
    }
}
