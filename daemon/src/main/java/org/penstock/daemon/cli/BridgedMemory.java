package org.penstock.daemon.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.config.MemoryConfig;
import org.penstock.daemon.ring.BufferShare;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.scan.StreamPlan;
import org.penstock.daemon.sizing.DetectorLoad;
import org.penstock.daemon.sizing.MemoryPlan;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ProtocolException;

/**
 * How long the memory of detectors bridges a disk that is silent: as it is configured, and as it must be.
 *
 * @param detectors in the order in which they are opened
 * @param streams the chunks of each
 * @param config as it is
 */
record BridgedMemory(List<DetectorLoad> detectors, List<BufferShare.Chunks> streams, DaemonConfig config) {
    private static final long MIB = 1 << 20;

    /**
     * Cuts frames into chunks as the daemon would.
     *
     * @throws CommandFailure when the daemon would refuse a detector
     */
    static BridgedMemory of(List<DetectorLoad> detectors, DaemonConfig config) {
        List<BufferShare.Chunks> streams = new ArrayList<>();
        for (DetectorLoad detector : detectors) {
            try {
                StreamPlan plan = StreamPlan.of(
                        OpenStream.builder("detector", detector.type(), detector.shape())
                                .rateHz(detector.framesPerSecond())
                                .build(),
                        config);
                streams.add(BufferShare.Chunks.of(
                        plan.form(), plan.geometry(), plan.delivery().rateHz()));
            } catch (ProtocolException e) {
                throw new CommandFailure(
                        "the daemon takes no such detector: " + detector.text() + ": " + e.getMessage(), e);
            }
        }
        return new BridgedMemory(detectors, List.copyOf(streams), config);
    }

    /**
     * Returns memory that bridges all of them for {@code memory.bridge}.
     *
     * @throws CommandFailure when that is more than the daemon takes
     */
    MemoryConfig needed() {
        try {
            return MemoryPlan.of(streams, config.memory());
        } catch (ConfigurationException e) {
            throw new CommandFailure(
                    "too much for one daemon: " + e.getMessage()
                            + "; take several, for some of the detectors each, or a shorter memory.bridge",
                    e);
        }
    }

    /** Says of each detector what it brings, and how long it is bridged. */
    void print(PrintWriter out) {
        BufferShare share = new BufferShare(config.memory());
        long freeBytes = config.memory().slabBytes();
        int freeBuffers = FrameRing.maxBuffers(config.memory().ringSlots());
        for (int i = 0; i < streams.size(); i++) {
            BufferShare.Chunks chunks = streams.get(i);
            out.println(detectors.get(i));
            int buffers = share.buffers(chunks, freeBytes, freeBuffers);
            long bytes = buffers * chunks.roomBytes();
            if (buffers == 0 || bytes > freeBytes) {
                out.println("  as configured: no memory left for it");
                continue;
            }
            freeBytes -= bytes;
            freeBuffers -= buffers;
            int wanted = share.wanted(chunks);
            out.printf(
                    Locale.ROOT,
                    "  a disk that is silent is bridged for %.3g s as configured (%d chunks, %d MiB); %.3g s take %d chunks, %d MiB%n",
                    chunks.bridgedSeconds(buffers),
                    buffers,
                    mebibytes(bytes),
                    config.memory().bridge().toNanos() / 1e9,
                    wanted,
                    mebibytes(wanted * chunks.roomBytes()));
        }
    }

    private static long mebibytes(long bytes) {
        return Math.ceilDiv(bytes, MIB);
    }
}
