package org.penstock.daemon.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A scan on a terminal, drawn over itself twice a second.
 *
 * <p><b>Threading:</b> confined to its command.
 */
final class ScanTable {
    private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final String ROW = "  %-20s %-11s %11s %11s %9s %12s%n";
    private static final double MB = 1e6;

    private final PrintWriter out;
    private int drawnLines;

    ScanTable(PrintWriter out) {
        this.out = out;
    }

    /** Draws until the scan is closed; returns it as it ended. */
    JsonNode follow(DaemonHttp daemon, String path) {
        while (true) {
            JsonNode scan = daemon.call("GET", path, null);
            draw(scan);
            if (scan.path("closed").asBoolean() || Thread.currentThread().isInterrupted()) {
                return scan;
            }
            LockSupport.parkNanos(INTERVAL_NS);
        }
    }

    private void draw(JsonNode scan) {
        if (drawnLines > 0) {
            out.printf(Locale.ROOT, "\033[%dA\033[J", drawnLines); // up, and clear what is below
        }
        String ending = scan.path("ending").asBoolean() ? ", ending" : "";
        out.printf(
                Locale.ROOT,
                "scan %s of %s_%s: %s%s, %s%n",
                scan.path("entry").asText(),
                scan.path("sample").asText(),
                scan.path("dataset").asText(),
                scan.path("state").asText(),
                ending,
                scan.path("reason").asText());
        out.printf(Locale.ROOT, ROW, "detector", "state", "received", "written", "of", "stored MB");
        for (JsonNode detector : scan.path("detectors")) {
            JsonNode counters = detector.path("counters");
            out.printf(
                    Locale.ROOT,
                    ROW,
                    detector.path("name").asText(),
                    detector.path("state").asText(),
                    counters.path("received").asText("0"),
                    counters.path("written").asText("0"),
                    detector.path("expected_frames").asText("?"),
                    String.format(
                            Locale.ROOT, "%.1f", counters.path("bytes_stored").asDouble() / MB));
        }
        out.flush();
        drawnLines = 2 + scan.path("detectors").size();
    }
}
