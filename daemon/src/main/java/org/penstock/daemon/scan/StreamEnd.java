package org.penstock.daemon.scan;

/**
 * What became of one stream of a scan.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param storedFrames length of its dataset
 * @param isComplete whether no frame is missing
 * @param isAborted whether someone ended it before its time
 * @param reason in words
 */
public record StreamEnd(long storedFrames, boolean isComplete, boolean isAborted, String reason) {}
