package org.penstock.daemon.metrics;

import java.util.List;
import org.penstock.daemon.ingest.StreamSight;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.Slab;
import org.penstock.daemon.scan.RebuildProcess;
import org.penstock.daemon.scan.ScanStates;
import org.penstock.daemon.telemetry.Telemetry;

/**
 * Where everything is that can be watched from outside. Reading it waits for no disk and for no thread that frames pass through.
 *
 * <p><b>Threading:</b> any thread.
 *
 * @param peers who streams
 */
record Sources(
        Telemetry telemetry,
        FrameRing ring,
        Slab slab,
        ScanStates scans,
        RebuildProcess rebuilds,
        DiskWatch disks,
        Heartbeat heartbeat,
        Peers peers) {

    List<StreamSight> streams() {
        return peers.sights().get();
    }

    int connections() {
        return peers.connected().getAsInt();
    }
}
