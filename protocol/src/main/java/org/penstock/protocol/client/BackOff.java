package org.penstock.protocol.client;

import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next attempt: doubling, and shortened at random by up to a half, so that the clients of a daemon that was
 * restarted do not all come at once.
 *
 * <p><b>Threading:</b> guarded by the stream's lock.
 */
final class BackOff {
    private static final long FIRST_NS = 50_000_000;
    private static final long LONGEST_NS = 2_000_000_000;

    private long delayNs;

    /** Returns the next delay; none before the first attempt. */
    long nextNs() {
        long nowNs = delayNs;
        delayNs = Math.clamp(2 * delayNs, FIRST_NS, LONGEST_NS);
        return nowNs == 0 ? 0 : nowNs / 2 + ThreadLocalRandom.current().nextLong(nowNs / 2);
    }

    /** Begins anew: what was lost had worked. Never without a delay, or a daemon that cuts at once would be called without end. */
    void reset() {
        delayNs = FIRST_NS;
    }
}
