package org.penstock.daemon.scan;

import org.penstock.daemon.description.ScanMetadata;

/**
 * What is known of a scan that is opened, or taken up again.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param state where it stands
 * @param plan what was said when it was created
 * @param noted what is known besides
 */
record KnownScan(Scan.State state, ScanPlan plan, NotedDescription noted) {
    ScanMetadata metadata() {
        return noted.metadata();
    }
}
