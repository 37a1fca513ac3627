package org.penstock.benchmarks;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.penstock.daemon.process.JavaCommand;

/**
 * Where and how a benchmark ran: enough to judge its figures by, nothing that names the machine.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param cpu model
 * @param cores that the processes may use
 * @param memoryGib physical memory, 2<sup>30</sup> bytes
 * @param kernel name and version
 * @param jdk name and version
 * @param flags of all Java processes
 * @param fileSystem that the files were written to
 * @param date of the run
 * @param secondsPerRun how long frames were sent in each run
 * @param runsPerDataSet of which the one with the median rate is given; of a comparison, the pairs of runs
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Machine(
        String cpu,
        int cores,
        double memoryGib,
        String kernel,
        String jdk,
        List<String> flags,
        String fileSystem,
        String date,
        double secondsPerRun,
        int runsPerDataSet) {
    static Machine of(Path dataDir, double secondsPerRun, int runsPerDataSet) throws IOException {
        return new Machine(
                value(Path.of("/proc/cpuinfo"), "model name"),
                Runtime.getRuntime().availableProcessors(),
                physicalGib(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.vendor") + " " + System.getProperty("java.vm.version"),
                JavaCommand.options().stream()
                        .filter(flag -> !flag.contains("/"))
                        .toList(),
                Files.getFileStore(dataDir).type(),
                LocalDate.now(java.time.ZoneId.systemDefault()).toString(),
                secondsPerRun,
                runsPerDataSet);
    }

    private static double physicalGib() throws IOException {
        String kib = value(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", "");
        return kib.isEmpty() ? Double.NaN : Math.round(Long.parseLong(kib) / 104_857.6) / 10.0;
    }

    /** Returns what stands behind the first {@code name:} of a file, or {@code unknown}. */
    private static String value(Path file, String name) throws IOException {
        if (!Files.isReadable(file)) {
            return "unknown";
        }
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name) && line.contains(":"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        }
    }
}
