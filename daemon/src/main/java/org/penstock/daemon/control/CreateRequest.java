package org.penstock.daemon.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.MetadataException;
import org.penstock.daemon.description.NexusNames;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.http.HttpProblem;
import org.penstock.daemon.http.Json;
import org.penstock.daemon.scan.ScanPlan;
import org.penstock.protocol.ScanRequest;

/**
 * The body of {@code POST /api/scans}.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param directory of the part files, where another program writes the masters; else null
 */
record CreateRequest(
        ScanRequest scan,
        ScanPlan plan,
        ScanMetadata metadata,
        @Nullable String directory) {
    /** As the data port has it: another name could never join. */
    private static final Pattern NAME = Pattern.compile("(?!.*\\.\\.)[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private static final int MOST_STREAMS = 1024;
    private static final int MOST_NUMBER = 999_999_999;
    private static final int MOST_KEY_CHARS = 200;
    private static final double LEAST_IDLE_S = 0.001;
    private static final double MOST_IDLE_S = 7 * 86_400.0;

    /**
     * Reads a body.
     *
     * @throws HttpProblem naming all that is wrong with it
     */
    static CreateRequest of(JsonNode json) {
        Body body = Body.of(json);
        ScanRequest scan = scan(body);
        String master = body.text("master");
        String directory = body.text("directory");
        boolean hasNoMaster = "none".equals(master);
        if (master != null && !hasNoMaster && !master.equals("scan")) {
            body.problem("master", "scan or none", json.path("master"));
        }
        if (hasNoMaster != (directory != null)) {
            body.problem("directory", "a directory with master none, and no other", json.path("directory"));
        }
        ScanPlan plan = plan(body, scan.streams(), json);
        JsonNode metadata = body.whole("metadata");
        body.expectNoOther();
        body.refuseProblems();
        return new CreateRequest(scan, plan, metadata(metadata), hasNoMaster ? directory : null);
    }

    private static ScanRequest scan(Body body) {
        Long number = body.count("number", 1, MOST_NUMBER);
        Long streams = body.count("streams", 1, MOST_STREAMS);
        return new ScanRequest(
                null,
                body.text("proposal"),
                body.text("beamline"),
                body.text("session"),
                body.text("sample"),
                body.text("dataset"),
                body.text("title"),
                number == null ? null : number.intValue(),
                streams == null ? null : streams.intValue(),
                body.text("start_time"));
    }

    private static ScanPlan plan(Body body, @Nullable Integer streams, JsonNode json) {
        List<ScanPlan.Detector> detectors = new ArrayList<>();
        Set<String> groups = new HashSet<>();
        for (Body detector : body.list("detectors")) {
            detector.required("name");
            String name = detector.text("name");
            Long frames = detector.count("frames", 1, FrameSet.MAX_FRAMES);
            detector.expectNoOther();
            if (name != null && !NAME.matcher(name).matches()) {
                detector.problem(
                        "name",
                        "1 to 128 of A-Z a-z 0-9 . _ -, the first a letter or digit, without ..",
                        detector.whole("name"));
            } else if (name != null && !groups.add(NexusNames.normalise(name))) {
                detector.problem("name", "a name that no other detector of the scan has", detector.whole("name"));
            } else if (name != null) {
                detectors.add(new ScanPlan.Detector(name, frames));
            }
        }
        if (detectors.size() > MOST_STREAMS) {
            body.problem(
                    "detectors",
                    "at most " + MOST_STREAMS,
                    json.path("detectors").path("size"));
        }
        if (streams != null && body.has("detectors")) {
            body.problem("streams", "detectors, or how many streams, not both", json.path("streams"));
        }
        String key = body.text("key");
        if (key != null && (key.isBlank() || key.length() > MOST_KEY_CHARS)) {
            body.problem("key", "1 to " + MOST_KEY_CHARS + " characters", json.path("key"));
        }
        return new ScanPlan(
                key,
                key == null ? null : digest(json),
                detectors,
                detectors.isEmpty() && streams == null,
                body.seconds("idle_timeout_s", LEAST_IDLE_S, MOST_IDLE_S));
    }

    private static ScanMetadata metadata(JsonNode json) {
        if (json.isMissingNode() || json.isNull()) {
            return ScanMetadata.EMPTY;
        }
        try {
            return ScanMetadata.of(json);
        } catch (MetadataException e) {
            throw Problems.of(e, "/metadata");
        }
    }

    private static String digest(JsonNode json) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Json.bytes(json)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
