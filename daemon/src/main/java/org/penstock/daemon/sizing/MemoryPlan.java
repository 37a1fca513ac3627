package org.penstock.daemon.sizing;

import java.util.List;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.config.MemoryConfig;
import org.penstock.daemon.ring.BufferShare;
import org.penstock.daemon.ring.FrameRing;

/** How much memory streams need so that each is bridged for {@code memory.bridge} while the disk is silent, in whatever order they are opened. */
public final class MemoryPlan {
    private static final long MIB = 1L << 20;
    private static final long LEAST_SLAB_BYTES = 64 * MIB;

    private MemoryPlan() {}

    /**
     * Returns a configuration by which the daemon gives each stream what it wants.
     *
     * @param streams all that are open at the same time, each with its rate
     * @param present its other values stay
     * @throws ConfigurationException when that is more than the daemon takes; names each value and its limits
     */
    public static MemoryConfig of(List<BufferShare.Chunks> streams, MemoryConfig present) {
        BufferShare share = new BufferShare(present);
        long buffers = 0;
        double bytes = 0;
        double most = MIB;
        for (BufferShare.Chunks chunks : streams) {
            int wanted = share.wanted(chunks);
            double ofStream = (double) wanted * chunks.roomBytes();
            buffers += wanted;
            bytes += ofStream;
            most = Math.max(most, ofStream);
        }
        return present.with(
                Math.max(LEAST_SLAB_BYTES, mebibytes(BufferShare.allFor((long) bytes))), mebibytes((long) most), (int)
                        Math.max(present.ringSlots(), FrameRing.slotsFor(BufferShare.allFor(buffers))));
    }

    private static long mebibytes(long bytes) {
        return Math.ceilDiv(bytes, MIB) * MIB;
    }
}
