package org.penstock.daemon;

import org.jspecify.annotations.Nullable;
import org.penstock.daemon.control.StreamEnder;
import org.penstock.daemon.ingest.IngestServer;

/**
 * The streams that control may end: those of a server that is started later.
 *
 * <p><b>Threading:</b> any thread.
 */
final class OpenStreams implements StreamEnder {
    private volatile @Nullable IngestServer server;

    void in(IngestServer started) {
        server = started;
    }

    @Override
    public void stop(String scan, String reason, long mostNs) {
        IngestServer now = server;
        if (now != null) {
            now.stopStreams(scan, reason, mostNs);
        }
    }

    @Override
    public void abort(String scan, String reason) {
        IngestServer now = server;
        if (now != null) {
            now.abortStreams(scan, reason);
        }
    }
}
