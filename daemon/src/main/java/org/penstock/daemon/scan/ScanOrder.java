package org.penstock.daemon.scan;

/**
 * That a scan is to end, whatever is still to come.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param isAbort whether it is broken off; else what came is all there is
 * @param reason in words
 */
public record ScanOrder(boolean isAbort, String reason) {}
