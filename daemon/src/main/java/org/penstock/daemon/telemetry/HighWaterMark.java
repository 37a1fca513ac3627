package org.penstock.daemon.telemetry;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The highest of all values since the start.
 *
 * <p><b>Threading:</b> noted by one thread at a time, read by any.
 */
public final class HighWaterMark {
    private final AtomicLong highest = new AtomicLong();

    /** Notes a value. */
    public void note(long value) {
        if (value > highest.getPlain()) {
            highest.setOpaque(value);
        }
    }

    /** Returns the highest value noted, 0 before the first. */
    public long highest() {
        return highest.getOpaque();
    }
}
