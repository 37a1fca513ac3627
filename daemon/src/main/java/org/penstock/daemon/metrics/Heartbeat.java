package org.penstock.daemon.metrics;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.penstock.daemon.service.WriterWatch;

/**
 * Whether hdf5-writer moves: looked at every second, so that who asks gets an answer at once, and the same one that the service manager's watchdog gets.
 *
 * <p><b>Threading:</b> looks on a thread of its own, {@code heartbeat}; read by any.
 */
public final class Heartbeat implements AutoCloseable {
    private static final long LOOK_MS = 1_000;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("heartbeat").unstarted(task));
    private final WriterWatch watch;
    private volatile Beat last = new Beat(true, "MOVES", 0);

    /**
     * What was seen.
     *
     * @param isWell whether the writer moves, or waits in one call for no longer than allowed
     * @param sight in one word
     * @param stillNs since when nothing was seen to move
     */
    record Beat(boolean isWell, String sight, long stillNs) {}

    /** Begins to look. */
    public Heartbeat(WriterWatch watch) {
        this.watch = watch;
        thread.scheduleAtFixedRate(this::look, 0, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long nowNs = System.nanoTime();
        WriterWatch.Sight sight = watch.look(nowNs);
        last = new Beat(
                sight.isWell(),
                sight.name(),
                sight == WriterWatch.Sight.MOVES ? 0 : watch.still(nowNs).toNanos());
    }

    Beat last() {
        return last;
    }

    double stillSeconds() {
        return last.stillNs / 1e9;
    }

    /** Looks no more. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
