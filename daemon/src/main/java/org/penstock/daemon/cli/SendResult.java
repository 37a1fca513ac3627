package org.penstock.daemon.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.ResumableStream;

/**
 * What became of a {@code send}: the daemon's report, or, when none came, what it had acknowledged.
 *
 * @param json the last line of standard output
 * @param isComplete whether every frame was written, or left out on the user's own wish
 * @param failure why it ended early, or null
 */
record SendResult(String json, boolean isComplete, @Nullable String failure) {
    /** Longest list of missing frames; {@code missing_frames} counts all. */
    static final int MAX_MISSING = 10_000;

    /**
     * What the sender itself knows.
     *
     * @param frames taken by the stream
     * @param acknowledged of them by the daemon
     * @param durable of them also against power loss
     * @param resumed how often a lost connection came back
     * @param seconds since the first
     */
    record Sent(long frames, long acknowledged, long durable, long resumed, double seconds) {
        ObjectNode json() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("frames_sent", frames)
                    .put("frames_acknowledged", acknowledged)
                    .put("frames_durable", durable)
                    .put("resumed", resumed);
        }
    }

    /** The daemon's report, with the missing frames as plain indices. */
    static SendResult of(Report report, long frames, Sent sent, @Nullable String failure) {
        ObjectNode json = sent.json();
        json.setAll(JsonBody.readLenient(JsonBody.text(report).getBytes(StandardCharsets.UTF_8), ObjectNode.class));
        json.put("frames_durable", Math.max(report.framesDurable(), sent.durable()));
        ArrayNode missing = json.putArray("missing");
        for (FrameRange range : report.missing()) {
            for (long frame = range.first(); frame < range.end() && missing.size() < MAX_MISSING; frame++) {
                missing.add(frame);
            }
        }
        boolean isComplete = failure == null
                && sent.frames() == frames
                && report.state().equals(Report.COMPLETE)
                && report.missingFrames() == 0
                && report.framesExpected() == frames;
        return new SendResult(JsonBody.text(json), isComplete, failure);
    }

    /** No report came: a frame that the daemon acknowledged is written, any other may be. */
    static SendResult without(ResumableStream stream, long frames, Sent done, String failure) {
        ObjectNode json = done.json()
                .put("stream", stream.opened().stream())
                .put("scan", stream.opened().scan())
                .put("entry", stream.opened().entry())
                .put("state", "unknown")
                .put("reason", failure);
        ArrayNode missing = JsonNodeFactory.instance.arrayNode();
        long written = 0;
        for (long frame = 0; frame < frames; frame++) {
            if (stream.isWritten(frame)) {
                written++;
            } else if (missing.size() < MAX_MISSING) {
                missing.add(frame);
            }
        }
        json.put("frames_written", written).put("missing_frames", frames - written);
        json.set("missing", missing);
        json.put("bytes_raw", written * stream.opened().frameBytes())
                .putNull("bytes_stored")
                .put("seconds", done.seconds())
                .putArray("files");
        json.put("scan_file", stream.opened().scanFile())
                .put("dataset_file", stream.opened().datasetFile());
        return new SendResult(JsonBody.text(json), false, failure);
    }
}
