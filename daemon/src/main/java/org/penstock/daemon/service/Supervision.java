package org.penstock.daemon.service;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager that started this process how the daemon is: when it is ready, about once a second what it does, that it lives, and
 * that it stops. Where nobody listens nothing is done, and no thread started.
 *
 * <p>While it starts and while it drains, more time is asked for with each beat, so that the manager's time-outs need not know how much there is to do:
 * they count from the last sign of life.
 *
 * <p><b>Threading:</b> any thread; whatever is told is told by the thread {@code service}, so that a manager that does not listen holds nobody.
 */
public final class Supervision implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Supervision.class);
    private static final Duration STATUS_INTERVAL = Duration.ofSeconds(1);

    /** Signs of life for each that is expected: two may come late. */
    private static final int BEATS_PER_INTERVAL = 4;

    /** Asked for with each beat: many beats may come late on a machine that swaps. */
    private static final Duration EXTENSION = Duration.ofSeconds(30);

    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final NotifySocket socket;
    private final @Nullable Watchdog watchdog;
    private final StatusLine status;
    private final WriterWatch watch;
    private final ScheduledExecutorService thread;

    // confined to the thread
    private Phase phase = Phase.STARTS;
    private long lastStatusNs = System.nanoTime() - STATUS_INTERVAL.toNanos();
    private boolean isWell = true;
    private boolean isHeard = true;

    private enum Phase {
        STARTS("starting: "),
        RUNS(""),
        STOPS("stopping: ");

        private final String prefix;

        Phase(String prefix) {
            this.prefix = prefix;
        }
    }

    private Supervision(NotifySocket socket, @Nullable Watchdog watchdog, StatusLine status, WriterWatch watch) {
        this.socket = socket;
        this.watchdog = watchdog;
        this.status = status;
        this.watch = watch;
        this.thread = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().daemon().name("service").unstarted(task));
    }

    /**
     * Begins to tell whoever listens.
     *
     * @param environment of the process
     * @return null when nobody does
     */
    public static @Nullable Supervision start(Map<String, String> environment, StatusLine status, WriterWatch watch) {
        String name = environment.get(NotifySocket.VARIABLE);
        if (name == null || name.isEmpty()) {
            return null;
        }
        try {
            Watchdog watchdog = Watchdog.of(environment, ProcessHandle.current().pid());
            Supervision supervision = new Supervision(NotifySocket.open(name), watchdog, status, watch);
            supervision.begin();
            LOG.info(
                    "supervised: {}={}, watchdog={}",
                    NotifySocket.VARIABLE,
                    name,
                    watchdog == null ? "none" : watchdog.interval().toMillis() + " ms");
            return supervision;
        } catch (IOException | IllegalArgumentException e) {
            // a daemon that nobody hears is better than none
            LOG.error("not supervised: {}", e.getMessage());
            return null;
        }
    }

    private void begin() {
        long beatNs = STATUS_INTERVAL.toNanos();
        if (watchdog != null) {
            beatNs = Math.min(beatNs, watchdog.interval().toNanos() / BEATS_PER_INTERVAL);
        }
        thread.scheduleAtFixedRate(this::beat, 0, Math.max(1, beatNs), TimeUnit.NANOSECONDS);
    }

    /** Tells that detectors can connect. */
    public void ready() {
        thread.execute(() -> enter(Phase.RUNS, "READY=1"));
    }

    /** Tells that the daemon stops. */
    public void stopping() {
        thread.execute(() -> enter(Phase.STOPS, "STOPPING=1"));
    }

    /** Says no more. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS)) {
                return; // it waits for a manager that does not listen, and uses the socket
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return;
        }
        socket.close();
    }

    private void enter(Phase next, String assignment) {
        phase = next;
        tell(assignment);
        lastStatusNs = System.nanoTime() - STATUS_INTERVAL.toNanos();
        beat();
    }

    private void beat() {
        try {
            tell(beatAt(System.nanoTime()));
        } catch (RuntimeException e) {
            LOG.error("beat failed: {}", e.getMessage(), e); // or no other would follow
        }
    }

    private String beatAt(long nowNs) {
        StringBuilder message = new StringBuilder();
        boolean isWellNow = isWell(nowNs);
        if (isWellNow && watchdog != null) {
            message.append("WATCHDOG=1\n");
        }
        if (isWellNow && phase != Phase.RUNS) {
            message.append("EXTEND_TIMEOUT_USEC=")
                    .append(TimeUnit.NANOSECONDS.toMicros(EXTENSION.toNanos()))
                    .append('\n');
        }
        if (nowNs - lastStatusNs >= STATUS_INTERVAL.toNanos()) {
            lastStatusNs = nowNs;
            message.append("STATUS=").append(phase.prefix).append(status.next(nowNs));
            message.append(isWellNow ? "" : "; hdf5-writer does not move").append('\n');
        }
        return message.toString();
    }

    private boolean isWell(long nowNs) {
        WriterWatch.Sight sight = watch.look(nowNs);
        if (sight.isWell() && !isWell) {
            LOG.warn("hdf5-writer moves again");
        } else if (!sight.isWell() && isWell) {
            LOG.error(
                    "hdf5-writer does not move, the watchdog is not fed: sight={}, still={} ms, at={}",
                    sight,
                    watch.still(nowNs).toMillis(),
                    watch.where());
        }
        isWell = sight.isWell();
        return isWell;
    }

    private void tell(String assignments) {
        if (assignments.isEmpty()) {
            return;
        }
        try {
            socket.send(assignments);
            isHeard = true;
        } catch (IOException e) {
            if (isHeard) {
                LOG.warn("{}", e.getMessage()); // once, until it is heard again
            }
            isHeard = false;
        }
    }
}
