package org.penstock.daemon.nexus;

import java.time.OffsetDateTime;
import org.penstock.daemon.description.ScanMetadata;

/**
 * A scan as its master is to show it.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param title what was asked for, where the metadata has none, such as {@code ascan samy 0 4 4 0.1}
 * @param instrumentName the instrument's full name, such as {@code ESRF-ID00}
 * @param metadata what else is known
 */
public record ScanDescription(
        ScanIdentity identity,
        String title,
        OffsetDateTime startTime,
        String instrumentName,
        ScanProgress progress,
        ScanMetadata metadata) {}
