package org.penstock.daemon.nexus;

import java.time.OffsetDateTime;

/**
 * A scan as its master is to show it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param title what was asked for, such as {@code ascan samy 0 4 4 0.1}
 * @param instrumentName the instrument's full name, such as {@code ESRF-ID00}
 */
public record ScanDescription(
        ScanIdentity identity, String title, OffsetDateTime startTime, String instrumentName, ScanProgress progress) {}
