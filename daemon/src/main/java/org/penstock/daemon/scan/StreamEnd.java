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
public record StreamEnd(long storedFrames, boolean isComplete, boolean isAborted, String reason) {
    /** Reads it from the journal of its scan. */
    static StreamEnd of(ScanEvent ended) {
        boolean isAborted = ended.end() != null && ended.end().isAborted();
        Long frames = ended.frames();
        String reason = ended.reason();
        return new StreamEnd(
                frames == null ? 0 : frames, reason == null && !isAborted, isAborted, reason == null ? "" : reason);
    }
}
