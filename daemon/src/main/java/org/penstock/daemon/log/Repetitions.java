package org.penstock.daemon.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Keeps one fault from filling the log: of warnings and errors that differ in nothing but their values a few in a while are said, the others counted. What
 * is no fault, such as a scan that begins, is always said; and so is the audit log, which counts by itself what it leaves out.
 *
 * <p><b>Threading:</b> confined to the appender's lock.
 */
final class Repetitions {
    static final String AUDIT = "org.penstock.audit";
    static final int MOST = 10;
    static final long WHILE_MS = 10_000;

    /** Kinds of event that are remembered; a daemon has fewer. */
    private static final int MOST_KINDS = 1_000;

    private final Map<Kind, Count> counts = new HashMap<>();
    private long lookedMs;

    /** Events of one line of code. */
    private record Kind(String logger, String template) {}

    private static final class Count {
        private long sinceMs;
        private int said;
        private long unsaid;
    }

    /** Returns whether an event is to be said. */
    boolean isSaid(ILoggingEvent event) {
        if (!event.getLevel().isGreaterOrEqual(Level.WARN)
                || event.getLoggerName().equals(AUDIT)) {
            return true;
        }
        Kind kind = new Kind(event.getLoggerName(), event.getMessage());
        Count count = counts.get(kind);
        if (count == null) {
            if (counts.size() == MOST_KINDS) {
                counts.clear();
            }
            count = new Count();
            count.sinceMs = event.getTimeStamp();
            counts.put(kind, count);
        }
        if (count.said < MOST) {
            count.said++;
            return true;
        }
        count.unsaid++;
        return false;
    }

    /** Returns what is to be said of events that were not, whose while is over at {@code nowMs}. */
    List<String> over(long nowMs) {
        if (nowMs - lookedMs < WHILE_MS / MOST && nowMs >= lookedMs) {
            return List.of();
        }
        lookedMs = nowMs;
        return take(nowMs);
    }

    /** Returns what is to be said of all events that were not. */
    List<String> rest() {
        return take(Long.MAX_VALUE);
    }

    private List<String> take(long nowMs) {
        List<String> lines = new ArrayList<>();
        for (Iterator<Map.Entry<Kind, Count>> all = counts.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Kind, Count> entry = all.next();
            Count count = entry.getValue();
            if (nowMs - count.sinceMs < WHILE_MS && nowMs >= count.sinceMs) {
                continue;
            }
            if (count.unsaid > 0) {
                String logger = entry.getKey().logger();
                lines.add(logger.substring(logger.lastIndexOf('.') + 1) + ": repeated and not logged: times="
                        + count.unsaid + ", message=" + entry.getKey().template());
            }
            all.remove();
        }
        return lines;
    }
}
