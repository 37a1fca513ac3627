package org.penstock.daemon.ingest;

import java.util.concurrent.TimeUnit;
import org.penstock.daemon.pipeline.Ending;

/**
 * Ends a stream whose scan was stopped: not at once, for what its client has sent is still on the way, but when nothing more comes and what came is
 * settled.
 *
 * <p><b>Threading:</b> confined to the home loop of the stream.
 */
final class StreamStop {
    private static final long LOOK_NS = 5_000_000;
    private static final int QUIET_LOOKS = 3;

    private final IngestStream stream;
    private final Ending ending;
    private final long deadlineNs;
    private long lastReceived = -1;
    private int quietLooks;

    StreamStop(IngestStream stream, String reason, long mostNs) {
        this.stream = stream;
        this.ending = new Ending(null, true, false, reason);
        this.deadlineNs = System.nanoTime() + mostNs;
    }

    void look() {
        long received = stream.lane().ledger().received();
        quietLooks = received == lastReceived && isSettled(received) ? quietLooks + 1 : 0;
        lastReceived = received;
        if (quietLooks >= QUIET_LOOKS || System.nanoTime() - deadlineNs > 0) {
            stream.finish(ending);
        } else {
            stream.home().schedule(this::look, LOOK_NS, TimeUnit.NANOSECONDS);
        }
    }

    /** Small frames may be in a chunk that is not full, and are settled only with the end. */
    private boolean isSettled(long received) {
        return stream.isGathered() || stream.lane().marks().settledCount() >= received;
    }
}
