package org.penstock.daemon.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;

/** What the stages of a daemon have cost since it was started, for people. */
final class DemoCosts {
    private static final List<String> ROLES = List.of("ingest", "compress", "hdf5-writer");

    private DemoCosts() {}

    /** Returns a line each; every figure says what it is. */
    static List<String> lines(Telemetry telemetry, DemoScan scan, double seconds) {
        double received = telemetry.value(Counter.BYTES_RECEIVED) / 1e9;
        double stored = telemetry.value(Counter.BYTES_WRITTEN) / 1e9;
        List<String> lines = new ArrayList<>();
        lines.add(line(
                "received",
                fixed(received, 2) + " GB of pixels in " + fixed(seconds, 1) + " s: "
                        + fixed(received * 1000 / seconds, 0) + " MB/s"));
        lines.add(line("stored", fixed(stored, 2) + " GB, compression ratio " + fixed(received / stored, 1)));
        Map<String, Double> cpuSeconds = Telemetry.cpuSecondsByRole();
        for (String role : ROLES) {
            double cpu = cpuSeconds.getOrDefault(role, 0.0);
            lines.add(line(
                    role,
                    fixed(cpu / received, 3) + " CPU seconds per GB of pixels, " + fixed(100 * cpu / seconds, 0)
                            + " % of one core"));
        }
        scan.arms().stream()
                .filter(arm -> arm.detector().frameShape().size() > 1)
                .forEach(arm -> lines.add(image(arm)));
        return lines;
    }

    private static String image(DemoScan.Arm arm) {
        return line(
                arm.detector().name(),
                "compression ratio " + fixed(arm.ratio(), 1) + "; half of the frames acknowledged as written within "
                        + fixed(arm.latency().milliseconds(50), 1) + " ms of being due, 99 % within "
                        + fixed(arm.latency().milliseconds(99), 1) + " ms");
    }

    private static String line(String label, String text) {
        return String.format(Locale.ROOT, "  %-12s %s", label, text);
    }

    private static String fixed(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
