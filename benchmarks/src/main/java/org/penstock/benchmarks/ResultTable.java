package org.penstock.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Results for people: one line a data set.
 *
 * <p><b>Threading:</b> immutable.
 */
final class ResultTable {
    private ResultTable() {}

    static String head() {
        return line(
                "data",
                "codec",
                "frames",
                "frames/s",
                "MB/s",
                "CPU-s/GB",
                "ratio",
                "B/frame",
                "GC ms",
                "latency ms 50/99/99.9",
                "yardstick",
                "multiple");
    }

    static String line(BenchRun run) {
        BenchRun.Latency latency = run.latencyMs();
        Double yardstick = run.yardstickMbPerS();
        Double multiple = run.yardstickMultiple();
        return line(
                run.data(),
                run.codec(),
                run.frames(),
                fixed(run.framesPerS(), 0),
                fixed(run.mbPerS(), 0),
                fixed(run.cpuSPerGb(), 3),
                fixed(run.ratio(), 2),
                fixed(run.allocBytesPerFrame(), 0),
                fixed(run.gcMaxMs(), 0),
                fixed(latency.p50(), 1) + "/" + fixed(latency.p99(), 1) + "/" + fixed(latency.p999(), 1),
                yardstick == null ? "-" : fixed(yardstick, 0),
                multiple == null ? "-" : fixed(multiple, 2));
    }

    /** What frames that are sent encoded cost for the bytes that are sent and stored. */
    static String stored(BenchRun run) {
        return " ".repeat(21) + "stored: " + fixed(run.storedMbPerS(), 0) + " MB/s, " + fixed(run.cpuSPerStoredGb(), 3)
                + " CPU-s/GB, " + fixed(run.mbPerS() * 1e3 / run.framesPerS() / run.ratio(), 1) + " kB a frame";
    }

    /** What a long run onto a disk was like. */
    static String sustained(Sustained run) {
        String goal = run.reason() == null ? "" : " of " + fixed(run.goalBytes() / 1e9, 1) + " (" + run.reason() + ")";
        return " ".repeat(21) + "on disk: " + fixed(run.storedBytes() / 1e9, 1) + " GB" + goal + ", "
                + fixed(run.run().storedMbPerS(), 0) + " MB/s; longest time without a frame "
                + fixed(run.receiveGapMaxMs(), 0) + " ms, " + run.stalls() + " of 100 ms and more";
    }

    /** How long frames of a paced stream waited. */
    static String paced(Paced paced) {
        BenchRun.Latency ack = paced.ackMs();
        return " ".repeat(21) + "at " + fixed(paced.framesPerS(), 0)
                + " frames/s: sent to acknowledged as written 50 % "
                + fixed(ack.p50(), 2) + ", 99 % " + fixed(ack.p99(), 2) + ", 99.9 % " + fixed(ack.p999(), 2)
                + ", longest " + fixed(paced.ackMaxMs(), 1) + " ms";
    }

    /** What several detectors cost beside one. */
    static String several(Several several) {
        return " ".repeat(21) + several.detectors() + " detectors: processor time "
                + fixed(several.cpuMultiple(), 2) + " times that of one; the slowest got "
                + fixed(several.leastShare(), 2) + " of the mean through";
    }

    /** What values cost that come with each frame. */
    static String values(ValuesCost cost) {
        return " ".repeat(21) + "with timestamp, tick, status and " + FrameSender.NUMBERS
                + " numbers a frame: processor time " + fixed(cost.cpuMultiple(), 2) + " times, frames a second "
                + fixed(cost.rateMultiple(), 2) + " times";
    }

    static String growthHead() {
        return growthLine("data", "frames", "parts", "first us", "last us", "multiple", "end s");
    }

    static String growth(Growth growth) {
        return growthLine(
                growth.data(),
                growth.load().frames(),
                growth.load().parts(),
                fixed(growth.firstUs(), 2),
                fixed(growth.lastUs(), 2),
                fixed(growth.multiple(), 2),
                fixed(growth.endSeconds(), 2));
    }

    private static String growthLine(Object... cells) {
        return String.format(Locale.ROOT, "%-20s %9s %7s %9s %9s %9s %7s", cells);
    }

    static List<String> growthLegend() {
        return List.of(
                "Each frame is a chunk. first, last: the daemon's processor time a frame over the first and the last tenth of the frames.",
                "end: from the end being said to the report that all files are closed.");
    }

    static List<String> sustainedLegend() {
        List<String> lines = new ArrayList<>(legend().subList(0, 2));
        lines.add("All times are until the last byte is on the disk. on disk: bytes and rate of the files.");
        return lines;
    }

    /** Where the daemon's processor time and heap went. */
    static List<String> roles(BenchRun run) {
        return List.of(
                byThread("CPU-s/GB", run.roles().cpuSPerGb(), run.cpuSPerGb(), 3),
                byThread("B/frame", run.roles().allocBytesPerFrame(), run.allocBytesPerFrame(), 0));
    }

    private static String byThread(String what, Map<String, Double> roles, double all, int decimals) {
        double named = roles.values().stream().mapToDouble(Double::doubleValue).sum();
        String parts = roles.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .map(role -> role.getKey() + " " + fixed(role.getValue(), decimals))
                .collect(Collectors.joining(", "));
        String others = "others " + fixed(Math.max(0, all - named), decimals);
        return " ".repeat(21) + what + " by thread: " + parts + ", " + others;
    }

    static String comparisonHead() {
        return comparisonLine("data", "codec", "pairs", "CPU-s/GB with", "without", "ratio", "lowest", "highest");
    }

    static String comparisonLine(PairedCost cost) {
        PairedCost.Ratio ratio = cost.ratio();
        return comparisonLine(
                cost.data(),
                cost.codec(),
                cost.pairs().size(),
                fixed(cost.cpuSPerGbOn(), 3),
                fixed(cost.cpuSPerGbOff(), 3),
                fixed(ratio.median(), 3),
                fixed(ratio.lowest(), 3),
                fixed(ratio.highest(), 3));
    }

    private static String comparisonLine(Object... cells) {
        return String.format(Locale.ROOT, "%-20s %-6s %5s %13s %9s %7s %7s %7s", cells);
    }

    /** What the columns of a comparison mean. */
    static List<String> comparisonLegend(Compared compared) {
        return List.of(
                "with, without: CPU-s/GB of a daemon with and one without " + compared.words()
                        + ", medians, of 10^9 bytes of pixels.",
                "ratio: with as a multiple of without, pair by pair: the median, the lowest and the highest of the pairs.");
    }

    /** What the columns mean. */
    static List<String> legend() {
        return List.of(
                "MB/s, CPU-s/GB: of 10^6 and 10^9 bytes of pixels, from the first message to closed files; CPU is the daemon's, user and system.",
                "B/frame: Java heap taken per frame while the stream ran; on hdf5-writer for part files and masters. latency: frame received to chunk written.",
                "yardstick: bshuf_compress_lz4 of the C library, one thread, no I/O, MB/s; multiple: MB/s as a multiple of it.");
    }

    private static String line(Object... cells) {
        return String.format(Locale.ROOT, "%-20s %-6s %7s %9s %8s %9s %7s %9s %7s %22s %10s %9s", cells)
                .stripTrailing();
    }

    private static String fixed(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
