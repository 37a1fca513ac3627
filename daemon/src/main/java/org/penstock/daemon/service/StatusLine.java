package org.penstock.daemon.service;

import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;

/**
 * The daemon in one line, as {@code systemctl status} shows it.
 *
 * <p><b>Threading:</b> confined to who asks.
 */
public final class StatusLine {
    private static final double MB = 1e6;
    private static final double PERCENT = 100;

    private final Telemetry telemetry;
    private final Fill fill;
    private long lastNs;
    private long lastFrames;
    private long lastBytes;
    private long lastStoredBytes;

    /**
     * What is open, and how full memory is.
     *
     * @param scans that have not ended
     * @param streams that are open
     * @param ring filled slots, of 1
     * @param slab bytes that streams have reserved, of 1
     */
    public record Fill(IntSupplier scans, IntSupplier streams, DoubleSupplier ring, DoubleSupplier slab) {}

    public StatusLine(Telemetry telemetry, Fill fill) {
        this(telemetry, fill, System.nanoTime());
    }

    StatusLine(Telemetry telemetry, Fill fill, long nowNs) {
        this.telemetry = telemetry;
        this.fill = fill;
        this.lastNs = nowNs;
    }

    /** Returns the line; rates are since the last one. {@code nowNs} is of {@link System#nanoTime}. */
    String next(long nowNs) {
        double seconds = Math.max(1, nowNs - lastNs) / 1e9;
        long frames = telemetry.value(Counter.FRAMES_RECEIVED);
        long bytes = telemetry.value(Counter.BYTES_RECEIVED);
        long storedBytes = telemetry.value(Counter.BYTES_WRITTEN);
        String line = String.format(
                Locale.ROOT,
                "%d scans, %d streams; %.0f frames/s, %.0f MB/s in, %.0f MB/s stored; ring %.0f %%, slab %.0f %% taken",
                fill.scans().getAsInt(),
                fill.streams().getAsInt(),
                (frames - lastFrames) / seconds,
                (bytes - lastBytes) / seconds / MB,
                (storedBytes - lastStoredBytes) / seconds / MB,
                PERCENT * fill.ring().getAsDouble(),
                PERCENT * fill.slab().getAsDouble());
        lastNs = nowNs;
        lastFrames = frames;
        lastBytes = bytes;
        lastStoredBytes = storedBytes;
        return line;
    }
}
