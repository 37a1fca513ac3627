package org.penstock.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.doctor.Size;
import org.penstock.daemon.scan.Scan;

/**
 * Two answers of a daemon, one after the other, as one screen.
 *
 * <p><b>Threading:</b> immutable.
 */
final class StatusScreen {
    private static final double SOON_SECONDS = 3600;
    private static final double MB = 1e6;
    private static final double PERCENT = 100;
    private static final long DAY_SECONDS = 86_400;
    private static final long HOUR_SECONDS = 3_600;
    private static final long MINUTE_SECONDS = 60;
    private static final String DETECTOR_LINE = "%-20s %-8s %21s %10s %9s %8s %9s %6s  %s";

    private final ObjectNode answer;
    private final double seconds;
    private final JsonNode before;

    private StatusScreen(JsonNode before, ObjectNode answer) {
        this.before = before;
        this.answer = answer;
        this.seconds = Math.max(
                1e-3,
                answer.path("uptime_seconds").asDouble()
                        - before.path("uptime_seconds").asDouble());
    }

    /** Takes two answers of {@code STATUS}. */
    static StatusScreen of(JsonNode before, JsonNode now) {
        return new StatusScreen(before, (ObjectNode) now);
    }

    /** Returns the second answer. */
    ObjectNode answer() {
        return answer;
    }

    /** Returns how fast it went between the answers. */
    ObjectNode rates() {
        ObjectNode rates = JsonNodeFactory.instance.objectNode();
        rates.put("frames_per_second", counterRate("frames_received"));
        rates.put("received_bytes_per_second", counterRate("bytes_received"));
        rates.put("stored_bytes_per_second", counterRate("bytes_written"));
        return rates;
    }

    private double counterRate(String counter) {
        return (count(answer, counter) - count(before, counter)) / seconds;
    }

    private static long count(JsonNode status, String counter) {
        return status.path("counters").path(counter).asLong();
    }

    /** Returns the screen; {@code daemon} is what the user calls it. */
    List<String> lines(String daemon) {
        JsonNode report = answer.path("report");
        List<String> lines = new ArrayList<>();
        lines.add(row(
                "daemon",
                String.format(
                        Locale.ROOT,
                        "%s at %s, up %s",
                        answer.path("daemon").asText(),
                        daemon,
                        span(answer.path("uptime_seconds").asDouble()))));
        lines.add(row("writer", writer(report)));
        lines.add(row("scans", scans(report.path("scans"))));
        int masters = report.path("masters_without_room").asInt();
        if (masters > 0) {
            lines.add(row("masters", "NO ROOM on the disk for " + masters + ", reports wait for them: make room"));
        }
        lines.add(row(
                "rate",
                String.format(
                        Locale.ROOT,
                        "%,.0f frames/s, %,.0f MB/s in, %,.0f MB/s stored",
                        counterRate("frames_received"),
                        counterRate("bytes_received") / MB,
                        counterRate("bytes_written") / MB)));
        lines.add(row("latency", latency(answer.path("since_last").path("latency_ms"))));
        lines.add(row(
                "memory",
                String.format(
                        Locale.ROOT,
                        "ring %.0f %% taken, slab %.0f %% of %s reserved",
                        percent(report, "ring_slots_taken", "ring_slots"),
                        percent(report, "slab_reserved_bytes", "slab_bytes"),
                        Size.of(report.path("slab_bytes").asDouble()))));
        report.path("disks").properties().forEach(disk -> lines.add(disk(disk.getKey(), disk.getValue())));
        lines.add(row(
                "frames",
                String.format(
                        Locale.ROOT,
                        "%,d refused, %,d dropped, %,d duplicate, %,d missing at the end of streams",
                        count(answer, "frames_refused"),
                        count(answer, "frames_dropped"),
                        count(answer, "frames_duplicate"),
                        count(answer, "frames_missing"))));
        lines.addAll(detectors(report));
        return lines;
    }

    /** No frame takes no time: where the longest is 0, none was written. */
    private static String latency(JsonNode latency) {
        double longestMs = latency.path("max").asDouble();
        return longestMs == 0
                ? "received to written: -"
                : String.format(
                        Locale.ROOT,
                        "received to written: half within %.1f ms, 99 %% within %.1f ms, longest %.1f ms",
                        latency.path("p50").asDouble(),
                        latency.path("p99").asDouble(),
                        longestMs);
    }

    private static String writer(JsonNode report) {
        String does = report.path("writer").asText();
        String words = switch (does) {
            case "moves" -> "moves";
            case "in_call" -> "waits for the disk";
            default -> "DOES NOT MOVE (" + does + ")";
        };
        double still = report.path("writer_still_seconds").asDouble();
        int rebuilds = report.path("rebuilds_waiting").asInt();
        return words
                + (still > 0 ? " since " + span(still) : "")
                + (rebuilds > 0 ? "; part files to be rebuilt: " + rebuilds : "");
    }

    private static String scans(JsonNode scans) {
        return scans(scans, false) + "; since the start " + scans(scans, true);
    }

    private static String scans(JsonNode scans, boolean haveEnded) {
        return Stream.of(Scan.State.values())
                .filter(state -> state.hasEnded() == haveEnded)
                .map(state -> state.name().toLowerCase(Locale.ROOT))
                .map(state -> scans.path(state).asInt() + " " + state)
                .collect(Collectors.joining(", "));
    }

    private static String disk(String name, JsonNode disk) {
        JsonNode full = disk.path("full_in_seconds");
        return row(
                "disk",
                String.format(
                        Locale.ROOT,
                        "%s: %s free of %s%s",
                        name,
                        Size.of(disk.path("free_bytes").asDouble()),
                        Size.of(disk.path("total_bytes").asDouble()),
                        full.isNumber() ? filling(full.asDouble()) : ", not filling"));
    }

    /** Loud when somebody has to do something now. Others write to the disk too: it fills also while no frame comes. */
    private static String filling(double seconds) {
        return (seconds < SOON_SECONDS ? ", FULL IN " : ", full in ") + span(seconds)
                + " at its pace of the last minute, whoever writes";
    }

    private List<String> detectors(JsonNode report) {
        JsonNode streams = report.path("detectors");
        if (streams.isEmpty()) {
            return List.of("", "no detector streams");
        }
        Map<String, JsonNode> earlier = new HashMap<>();
        before.path("report")
                .path("detectors")
                .forEach(stream -> earlier.put(stream.path("stream").asText(), stream));
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(String.format(
                Locale.ROOT,
                DETECTOR_LINE,
                "detector",
                "scan",
                "frames",
                "frames/s",
                "MB/s",
                "lag",
                "buffers",
                "links",
                "state"));
        for (JsonNode stream : streams) {
            lines.add(detector(stream, earlier.get(stream.path("stream").asText())));
        }
        return lines;
    }

    private String detector(JsonNode stream, @Nullable JsonNode earlier) {
        long received = stream.path("received_frames").asLong();
        long announced = stream.path("announced_frames").asLong();
        double rate = earlier == null
                ? Double.NaN
                : (received - earlier.path("received_frames").asLong()) / seconds;
        int buffers = stream.path("buffers").asInt();
        return String.format(
                Locale.ROOT,
                DETECTOR_LINE,
                stream.path("detector").asText(),
                stream.path("entry").asText("-"),
                announced < 0
                        ? String.format(Locale.ROOT, "%,d", received)
                        : String.format(Locale.ROOT, "%,d of %,d", received, announced),
                Double.isNaN(rate) ? "-" : String.format(Locale.ROOT, "%,.1f", rate),
                Double.isNaN(rate)
                        ? "-"
                        : String.format(
                                Locale.ROOT,
                                "%,.0f",
                                rate * stream.path("frame_bytes").asLong() / MB),
                String.format(
                        Locale.ROOT,
                        "%,d",
                        Math.max(0, received - stream.path("settled_frames").asLong())),
                buffers - stream.path("free_buffers").asInt() + "/" + buffers,
                stream.path("connections").asInt(),
                state(stream));
    }

    private static String state(JsonNode stream) {
        if (stream.path("failure").isTextual()) {
            return "FAILED: " + stream.path("failure").asText();
        }
        if (stream.path("connections").asInt() == 0) {
            return "away, waited for";
        }
        boolean isHeld = stream.path("buffers").asInt() > 0
                && stream.path("free_buffers").asInt() == 0;
        return isHeld ? "held back" : "streams";
    }

    private static String row(String name, String text) {
        return String.format(Locale.ROOT, "%-8s %s", name, text);
    }

    private static double percent(JsonNode report, String part, String whole) {
        return PERCENT
                * report.path(part).asDouble()
                / Math.max(1, report.path(whole).asDouble());
    }

    /** Returns a time as people read it: {@code 3 d 4 h}, {@code 2 min 5 s}. */
    static String span(double seconds) {
        Duration time = Duration.ofMillis((long) (seconds * 1000));
        long whole = time.toSeconds();
        if (whole >= DAY_SECONDS) {
            return time.toDays() + " d " + time.toHoursPart() + " h";
        }
        if (whole >= HOUR_SECONDS) {
            return time.toHours() + " h " + time.toMinutesPart() + " min";
        }
        return whole >= MINUTE_SECONDS ? time.toMinutes() + " min " + time.toSecondsPart() + " s" : whole + " s";
    }
}
