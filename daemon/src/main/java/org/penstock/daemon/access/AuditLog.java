package org.penstock.daemon.access;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each thing that was done to a scan, and for each that was refused: who, from where, in what role, what, to which scan. Refusals, which a
 * stranger can make at will, are ten a second at most, and counted.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class AuditLog {
    private static final Logger LOG = LoggerFactory.getLogger("org.penstock.audit");
    private static final int MOST = 10;
    private static final long WHILE_NS = 1_000_000_000L;

    private final AtomicReference<Window> window = new AtomicReference<>(new Window(System.nanoTime()));
    private final AtomicLong unsaid = new AtomicLong();

    private static final class Window {
        private final long sinceNs;
        private final AtomicLong said = new AtomicLong();

        private Window(long sinceNs) {
            this.sinceNs = sinceNs;
        }
    }

    /**
     * Notes what was done.
     *
     * @param role that it took
     * @param result in a word or two
     */
    public void done(Peer peer, Caller caller, Role role, String action, @Nullable String target, String result) {
        LOG.info(
                "done: peer={}, caller={}, role={}, action={}, target={}, result={}",
                peer,
                caller.name(),
                role.wireName(),
                action,
                target,
                result);
    }

    /** Notes what was refused. */
    public void refused(Peer peer, @Nullable Caller caller, String action, String reason) {
        Window now = current();
        if (now.said.incrementAndGet() > MOST) {
            unsaid.incrementAndGet();
            return;
        }
        long others = unsaid.getAndSet(0);
        LOG.warn(
                "refused: peer={}, caller={}, action={}, reason={}{}",
                peer,
                caller == null ? "unknown" : caller.name(),
                action,
                reason,
                others == 0 ? "" : " (and " + others + " before that were not logged)");
    }

    private Window current() {
        Window now = window.get();
        if (System.nanoTime() - now.sinceNs < WHILE_NS) {
            return now;
        }
        Window next = new Window(System.nanoTime());
        return window.compareAndSet(now, next) ? next : window.get();
    }
}
