package org.penstock.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Which scan a stream belongs to: one to join, or a new one (README section 4). Null means the daemon's configured default.
 *
 * @param join id of a scan that is open; all else is then null
 * @param proposal ESRF path part
 * @param beamline ESRF path part
 * @param session ESRF path part
 * @param sample ESRF path part, also the collection
 * @param dataset ESRF path part
 * @param title free text
 * @param number scan number, or null for the next free one
 * @param streams how many streams make the scan, default 1
 * @param startTime ISO 8601 with offset, default now
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScanRequest(
        @Nullable String join,
        @Nullable String proposal,
        @Nullable String beamline,
        @Nullable String session,
        @Nullable String sample,
        @Nullable String dataset,
        @Nullable String title,
        @Nullable Integer number,
        @Nullable Integer streams,
        @Nullable String startTime) {
    /** A new scan with the daemon's defaults. */
    public static final ScanRequest DEFAULTS =
            new ScanRequest(null, null, null, null, null, null, null, null, null, null);

    /** Joins a scan that is open. */
    public static ScanRequest join(String scan) {
        return new ScanRequest(scan, null, null, null, null, null, null, null, null, null);
    }
}
