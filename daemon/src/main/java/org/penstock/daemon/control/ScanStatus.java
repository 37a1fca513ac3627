package org.penstock.daemon.control;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A scan as it stands: what {@code GET /api/scans/ID} answers.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param id as streams join it
 * @param key of whoever created it, or null
 * @param number within its dataset
 * @param entry HDF5 group
 * @param state OPEN, ARMED, RUNNING, SUSPENDED, COMPLETE, INCOMPLETE or ABORTED
 * @param reason why it is in that state
 * @param since when it came into that state
 * @param isEnding whether it was told to end and has not ended yet
 * @param isClosed whether it has ended and its files are in place
 * @param writerStatus what {@code writer/status} of the file says
 * @param endReason what {@code end_reason} of the file says, or null
 * @param master {@code scan}, or {@code none} when another program writes it
 * @param folder where its files are
 * @param idleTimeoutS seconds after which it ends when no stream is open
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScanStatus(
        String id,
        @Nullable String key,
        int number,
        String entry,
        String state,
        String reason,
        String since,
        @JsonProperty("ending") boolean isEnding,
        @JsonProperty("closed") boolean isClosed,
        String writerStatus,
        @Nullable String endReason,
        String startTime,
        @Nullable String endTime,
        String title,
        String proposal,
        String beamline,
        String session,
        String sample,
        String dataset,
        String master,
        String folder,
        @Nullable String scanFile,
        @Nullable String datasetFile,
        double idleTimeoutS,
        List<Detector> detectors) {

    /**
     * A detector of the scan.
     *
     * @param expectedFrames how many it is expected to send, or null
     * @param state {@code expected}, {@code open}, {@code complete}, {@code incomplete} or {@code aborted}
     * @param reason why its stream ended, or null
     * @param stream id of its stream, or null
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Detector(
            String name,
            @Nullable Long expectedFrames,
            String state,
            @Nullable String reason,
            @Nullable String stream,
            @Nullable Counters counters) {}

    /**
     * Frames of a stream since it was opened.
     *
     * @param received that came whole, once each
     * @param written that survive the death of the daemon
     * @param durable that survive a power cut; 0 for a stream that did not ask
     * @param dropped for want of memory
     * @param tooLate that came after their part file was closed
     * @param refused that were not what they said
     * @param bytesRaw of what was received
     * @param bytesStored of what was written
     */
    public record Counters(
            long received,
            long written,
            long durable,
            long dropped,
            long tooLate,
            long refused,
            long bytesRaw,
            long bytesStored) {}

    /** Returns whether it has come to its end. */
    @JsonIgnore
    boolean hasEnded() {
        return endTime != null;
    }
}
