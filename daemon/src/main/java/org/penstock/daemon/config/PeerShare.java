package org.penstock.daemon.config;

/**
 * How many connections one address may have open where nobody says: three quarters of all. That is more than any detector or head node has, the longest stream has 64, and leaves the last
 * quarter to everybody else, whatever that host does.
 */
final class PeerShare {
    private PeerShare() {}

    /** Returns the share of so many connections, at least one. */
    static int of(int maxConnections) {
        return Math.max(1, maxConnections - maxConnections / 4);
    }
}
