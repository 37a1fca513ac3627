package org.penstock.daemon.ingest;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.penstock.protocol.ErrorCode;

/**
 * Keeps one connection from filling the log: of each error a few in a while are logged, and the others counted.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class Repeats {
    static final int MOST = 10;
    static final long WHILE_NS = TimeUnit.SECONDS.toNanos(10);
    static final long UNSAID = -1;

    private final Map<ErrorCode, Errors> errors = new EnumMap<>(ErrorCode.class);

    /** Of one code, since a point in time. */
    private static final class Errors {
        private long sinceNs;
        private int said;
        private long unsaid;
    }

    /** Returns how many were left out before one that is to be logged now, or {@link #UNSAID} when it is left out itself. */
    long next(ErrorCode code, long nowNs) {
        Errors of = errors.computeIfAbsent(code, _ -> new Errors());
        if (of.said == 0 || nowNs - of.sinceNs >= WHILE_NS) {
            of.sinceNs = nowNs;
            of.said = 0;
        }
        if (of.said == MOST) {
            of.unsaid++;
            return UNSAID;
        }
        of.said++;
        long unsaid = of.unsaid;
        of.unsaid = 0;
        return unsaid;
    }
}
