package org.penstock.protocol.client;

/**
 * Counts how long a stream has made no progress since a connection was lost.
 *
 * <p><b>Threading:</b> guarded by the stream's lock.
 */
final class Patience {
    private final long limitNs;
    private boolean isCounting;
    private long sinceNs;

    Patience(long limitNs) {
        this.limitNs = limitNs;
    }

    /** A connection was lost, or could not be made: counts from now, unless it counts already. */
    void lost(long nowNs) {
        if (!isCounting) {
            isCounting = true;
            sinceNs = nowNs;
        }
    }

    /** Frames were acknowledged, or there are none that could be. */
    void progress() {
        isCounting = false;
    }

    /** A connection that has lived for as long as patience lasts is progress too: the daemon was only waiting, perhaps for room. */
    void livedSince(long attachedNs, long nowNs) {
        if (nowNs - attachedNs >= limitNs) {
            isCounting = false;
        }
    }

    /** Returns how much is left; the whole of it while nothing is lost. */
    long leftNs(long nowNs) {
        return isCounting ? Math.max(0, limitNs - (nowNs - sinceNs)) : limitNs;
    }

    boolean isOver(long nowNs) {
        return isCounting && nowNs - sinceNs >= limitNs;
    }
}
