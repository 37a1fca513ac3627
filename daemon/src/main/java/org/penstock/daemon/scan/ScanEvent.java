package org.penstock.daemon.scan;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.storage.StreamRecord;
import org.penstock.protocol.FrameRange;

/**
 * One event of a scan's journal, in JSON. {@link Kind} says which of the values are there.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param record of {@link Kind#STREAM}
 * @param stream id, of all that concern a stream; of {@link Kind#FINISHED} those whose part files go
 * @param part number of the part file
 * @param source number of the part's source
 * @param journal of the source, by name: where journals lie is known; null when it has none
 * @param frames length of a closed part, or of an ended stream
 * @param missing stored frames that are not in a closed part; of {@link Kind#LOST} frames as they were sent
 * @param end how a stream ends
 * @param reason in words
 * @param plan of {@link Kind#PLANNED}
 * @param metadata of {@link Kind#DESCRIBED}: all that is known of the scan, as {@code ScanMetadata} takes it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ScanEvent(
        Kind event,
        @Nullable StreamRecord record,
        @Nullable String stream,
        @Nullable Long part,
        @Nullable Integer source,
        @Nullable String journal,
        @Nullable Long frames,
        @Nullable List<FrameRange> missing,
        @Nullable End end,
        @Nullable String reason,
        @Nullable JsonNode metadata,
        @Nullable ScanPlan plan) {

    /** What happened. */
    enum Kind {
        /** A stream was opened. */
        STREAM,
        /** The scan was created before its streams, with what was said of it then. */
        PLANNED,
        /** It was armed. */
        ARMED,
        /** It was started, frames or not. */
        STARTED,
        /** It is to end with what came; why is the reason. */
        STOPPING,
        /** It is broken off; why is the reason. */
        ABORTING,
        /** What is known of the scan has changed. */
        DESCRIBED,
        /** A part file, or a continuation of one, was begun. */
        SOURCE,
        /** A part is complete and closed. */
        CLOSED,
        /** A sync of a part failed, open or closed: it is open until it is noted as closed anew, and later syncs of it are not believed. */
        NOT_SYNCED,
        /** Frames of a stream, as sent, came and are in no file; why is the reason. */
        LOST,
        /** A stream is ending: this many stored frames, and what it was told. From here on it takes no more frames. */
        ENDING,
        /** All parts of a stream are closed, and this became of it. */
        ENDED,
        /** The scan has ended, its master is published and shows all of it: only clearing up is left. */
        FINISHED,
        /** The daemon stops; the scan goes on when it is started again. */
        SUSPENDED,
        /** The daemon was started again and has taken the scan up. */
        RESUMED
    }

    /**
     * How a stream ends.
     *
     * @param isSaid whether the client said so
     * @param isAborted whether someone ended it before its time
     * @param sentFrames how many frames it has, as sent
     */
    record End(boolean isSaid, boolean isAborted, long sentFrames) {}

    static ScanEvent opened(StreamRecord record) {
        return new ScanEvent(
                Kind.STREAM, record, record.stream(), null, null, null, null, null, null, null, null, null);
    }

    static ScanEvent planned(ScanPlan plan) {
        return new ScanEvent(Kind.PLANNED, null, null, null, null, null, null, null, null, null, null, plan);
    }

    static ScanEvent described(JsonNode metadata) {
        return new ScanEvent(Kind.DESCRIBED, null, null, null, null, null, null, null, null, null, metadata, null);
    }

    static ScanEvent source(String stream, long part, int source, @Nullable String journal) {
        return new ScanEvent(Kind.SOURCE, null, stream, part, source, journal, null, null, null, null, null, null);
    }

    static ScanEvent closed(String stream, long part, long frames, List<FrameRange> missing) {
        return new ScanEvent(Kind.CLOSED, null, stream, part, null, null, frames, missing, null, null, null, null);
    }

    static ScanEvent notSynced(String stream, long part, String reason) {
        return new ScanEvent(Kind.NOT_SYNCED, null, stream, part, null, null, null, null, null, reason, null, null);
    }

    static ScanEvent lost(String stream, List<FrameRange> sent, String loss) {
        return new ScanEvent(Kind.LOST, null, stream, null, null, null, null, sent, null, loss, null, null);
    }

    static ScanEvent ending(String stream, long frames, End end, String reason) {
        return new ScanEvent(Kind.ENDING, null, stream, null, null, null, frames, null, end, reason, null, null);
    }

    static ScanEvent ended(String stream, StreamEnd end) {
        End how = new End(true, end.isAborted(), 0);
        return new ScanEvent(
                Kind.ENDED,
                null,
                stream,
                null,
                null,
                null,
                end.storedFrames(),
                null,
                how,
                end.isComplete() ? null : end.reason(),
                null,
                null);
    }

    /** Notes which streams' data is in the scan master, so that their part files go. */
    static ScanEvent finished(List<String> embedded) {
        return new ScanEvent(
                Kind.FINISHED, null, String.join(" ", embedded), null, null, null, null, null, null, null, null, null);
    }

    static ScanEvent of(Kind kind, String reason) {
        return new ScanEvent(kind, null, null, null, null, null, null, null, null, reason, null, null);
    }
}
