package org.penstock.daemon.config;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * The off-heap memory that frames live in and the ring that orders them.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param slabBytes of the slab; given as 0 it becomes 2 GiB or a quarter of the physical memory, whichever is less
 * @param streamBytes of the slab that one stream may hold, compressed output included; never more than an automatic slab
 * @param bridge how long a disk may be silent before a stream that says its rate is held back, as far as there is memory
 * @param ringSlots chunks under way at the same time, a power of two
 * @param chunkBytes that small frames are gathered to
 * @param lateFrameWait how long a chunk of small frames waits for those that are missing
 * @param keepInterval after which small frames are kept in the journal, and acknowledged, before their chunk is full
 */
public record MemoryConfig(
        @Automatic long slabBytes,
        @Reloadable long streamBytes,
        @Reloadable Duration bridge,
        int ringSlots,
        @Reloadable long chunkBytes,
        @Reloadable Duration lateFrameWait,
        @Reloadable Duration keepInterval) {

    private static final long MIN_SLAB_BYTES = 16 * ByteSize.MIB;

    /** @throws ConfigurationException with every value that is refused */
    public MemoryConfig {
        if (slabBytes == 0) {
            slabBytes = automaticSlabBytes();
            streamBytes = Math.min(streamBytes, slabBytes);
        }
        new SectionCheck("memory")
                .bytes("slab_bytes", slabBytes, MIN_SLAB_BYTES, 1024 * ByteSize.GIB)
                .that(
                        streamBytes >= ByteSize.MIB && streamBytes <= slabBytes,
                        "stream_bytes",
                        "1 MiB to memory.slab_bytes (" + ByteSize.format(slabBytes) + ")",
                        ByteSize.format(streamBytes))
                .time("bridge", bridge, Duration.ofMillis(1), Duration.ofHours(1))
                .that(
                        Integer.bitCount(ringSlots) == 1 && ringSlots >= 16 && ringSlots <= 1 << 20,
                        "ring_slots",
                        "a power of two, 16 to 1048576",
                        ringSlots)
                .bytes("chunk_bytes", chunkBytes, 4 * ByteSize.KIB, 64 * ByteSize.MIB)
                .time("late_frame_wait", lateFrameWait, Duration.ofMillis(1), Duration.ofHours(1))
                .time("keep_interval", keepInterval, Duration.ofMillis(1), Duration.ofHours(1))
                .refuseProblems();
    }

    /**
     * Returns the same with as much memory as this.
     *
     * @throws ConfigurationException with every value that is out of its limits
     */
    public MemoryConfig with(long newSlabBytes, long newStreamBytes, int newRingSlots) {
        return new MemoryConfig(
                newSlabBytes, newStreamBytes, bridge, newRingSlots, chunkBytes, lateFrameWait, keepInterval);
    }

    /** Returns how much memory there is, as a file says it. */
    public String yaml() {
        return "memory: {slab_bytes: " + ByteSize.format(slabBytes) + ", stream_bytes: " + ByteSize.format(streamBytes)
                + ", bridge: " + TimeSpan.format(bridge) + ", ring_slots: " + ringSlots + "}";
    }

    private static long automaticSlabBytes() {
        long physicalBytes =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        long quarterBytes = physicalBytes / 4 / ByteSize.MIB * ByteSize.MIB;
        return Math.clamp(quarterBytes, MIN_SLAB_BYTES, 2 * ByteSize.GIB);
    }
}
