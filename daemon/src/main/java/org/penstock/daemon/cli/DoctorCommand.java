package org.penstock.daemon.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.doctor.Doctor;
import org.penstock.daemon.doctor.Finding;
import org.penstock.daemon.doctor.Finding.Grade;
import org.penstock.protocol.JsonBody;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./penstock doctor}: what is wrong with this machine, what it costs, what mends it. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 120,
        description = {
            "Looks at this machine as a daemon with this configuration needs it, in about five seconds: software, processor, memory,"
                    + " kernel settings, limits, clock, data directories, and how fast it writes and encodes.",
            "Run it as the daemon's account: sudo -u penstock ./penstock doctor --config /etc/penstock/penstock.yaml",
            "Exit code 0: all good. 1: it works, at a cost. 2: something must be mended."
        })
@StandardOutput
public final class DoctorCommand implements Callable<Integer> {
    private static final String INDENT = "            ";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "As of serve.")
    private @Nullable Path configFile;

    @Option(names = "--json", description = "One JSON object instead, with all findings.")
    private boolean isJson;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Finding> findings = new Doctor(DaemonConfig.load(configFile)).examine(finding -> {
            if (!isJson) {
                show(finding, out);
            }
        });
        int code = findings.stream().mapToInt(DoctorCommand::code).max().orElse(0);
        if (isJson) {
            out.println(JsonBody.text(Map.of(
                    "exit_code",
                    code,
                    "findings",
                    findings.stream().map(DoctorCommand::json).toList())));
        }
        out.flush();
        return code;
    }

    private static void show(Finding finding, PrintWriter out) {
        out.printf("%-10s  %s: %s%n", word(finding.grade()), finding.check(), finding.found());
        if (!finding.cost().isEmpty()) {
            out.println(INDENT + "costs: " + finding.cost());
            out.println(INDENT + "mend:  " + finding.remedy());
        }
        out.flush();
    }

    private static Map<String, Object> json(Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("check", finding.check());
        json.put("grade", finding.grade().name().toLowerCase(Locale.ROOT));
        json.put("found", finding.found());
        json.put("cost", finding.cost());
        json.put("remedy", finding.remedy());
        return json;
    }

    private static String word(Grade grade) {
        return switch (grade) {
            case GOOD -> "good";
            case UNKNOWN -> "unknown";
            case COSTLY -> "COSTLY";
            case WRONG -> "WRONG";
        };
    }

    private static int code(Finding finding) {
        return switch (finding.grade()) {
            case GOOD, UNKNOWN -> 0;
            case COSTLY -> 1;
            case WRONG -> 2;
        };
    }
}
