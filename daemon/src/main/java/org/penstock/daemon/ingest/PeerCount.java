package org.penstock.daemon.ingest;

import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many connections each address has open.
 *
 * <p><b>Threading:</b> any thread.
 */
final class PeerCount {
    private final Map<InetAddress, Integer> open = new ConcurrentHashMap<>();

    /** Counts one more of an address, unless it has {@code most}; returns how many it had. */
    int enter(InetAddress peer, int most) {
        int[] before = {0};
        open.compute(peer, (_, count) -> {
            before[0] = count == null ? 0 : count;
            return before[0] >= most ? count : Integer.valueOf(before[0] + 1);
        });
        return before[0];
    }

    /** One that was counted is closed. */
    void leave(InetAddress peer) {
        open.computeIfPresent(peer, (_, count) -> count == 1 ? null : Integer.valueOf(count - 1));
    }
}
