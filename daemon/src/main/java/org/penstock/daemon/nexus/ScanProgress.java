package org.penstock.daemon.nexus;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * The state of a scan, as its entry is to show it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param since when it came into this state
 * @param endTime when it ended; null while it runs. Readers take its presence for "complete"
 * @param endReason {@code SUCCESS}, {@code FAILURE}, {@code USER_ABORT} or free text; null while it runs
 * @param recovery what was recovered after a crash or a failure, in words; null when nothing had to be
 */
public record ScanProgress(
        WriterStatus status,
        OffsetDateTime since,
        @Nullable OffsetDateTime endTime,
        @Nullable String endReason,
        @Nullable String recovery) {
    /** A scan that has not ended. */
    public static ScanProgress running(WriterStatus status, OffsetDateTime since) {
        return new ScanProgress(status, since, null, null, null);
    }

    /** A scan that has ended. */
    public static ScanProgress ended(WriterStatus status, OffsetDateTime endTime, String endReason) {
        return new ScanProgress(status, endTime, endTime, endReason, null);
    }

    /** Returns the same, with what was recovered. */
    public ScanProgress withRecovery(@Nullable String words) {
        return new ScanProgress(status, since, endTime, endReason, words);
    }

    /** Returns whether the scan has ended. */
    public boolean isEnded() {
        return endTime != null;
    }
}
