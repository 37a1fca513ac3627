package org.penstock.daemon.metrics;

import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.Slab;
import org.penstock.daemon.scan.RebuildProcess;
import org.penstock.daemon.scan.ScanStates;
import org.penstock.daemon.service.WriterWatch;
import org.penstock.daemon.telemetry.Telemetry;

/**
 * All by which the daemon is watched, with the threads that look: {@code heartbeat} and {@code disk-watch}.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class Watch implements AutoCloseable {
    private final DiskWatch disks;
    private final Heartbeat heartbeat;
    private final Sources sources;
    private final MetricsPage metrics;
    private final Health health;

    /** What is watched. */
    public record Parts(
            Telemetry telemetry, FrameRing ring, Slab slab, ScanStates scans, RebuildProcess rebuilds, Peers peers) {}

    /** Begins to watch. */
    public Watch(Parts parts, DaemonConfig config, WriterWatch writer) {
        disks = new DiskWatch(config.storage().directories());
        heartbeat = new Heartbeat(writer);
        sources = new Sources(
                parts.telemetry(),
                parts.ring(),
                parts.slab(),
                parts.scans(),
                parts.rebuilds(),
                disks,
                heartbeat,
                parts.peers());
        metrics = new MetricsPage(sources);
        health = new Health(sources, config.storage().freeBytesMin());
    }

    /** Returns what scrapers read. */
    public MetricsPage metrics() {
        return metrics;
    }

    /** Returns whether the daemon is well. */
    public Health health() {
        return health;
    }

    /** Returns how the daemon is now, for a person. */
    public StatusReport report() {
        return StatusReport.of(sources);
    }

    /** Looks no more. */
    @Override
    public void close() {
        heartbeat.close();
        disks.close();
    }
}
