package org.penstock.daemon.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.PenstockDaemon;
import org.penstock.daemon.config.ConfigEntry;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.protocol.JsonBody;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./penstock config}: what the daemon would run with, and whether a file is good. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Shows the configuration in effect, or checks a file before a daemon has to.")
@StandardOutput
public final class ConfigCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: show or check");
    }

    /** {@code config show}. */
    @Command(
            mixinStandardHelpOptions = true,
            description = {
                "Shows every key with the value in effect and where it comes from: the default, or file and line.",
                "Exit code 78: the file is refused; every problem is named."
            })
    int show(
            @Option(names = "--config", paramLabel = "FILE", description = "As of serve.") @Nullable Path file,
            @Option(names = "--json", description = "As one JSON object.") boolean isJson) {
        List<ConfigEntry> entries = DaemonConfig.explain(file);
        PrintWriter out = spec.commandLine().getOut();
        if (isJson) {
            Map<String, Object> all = new LinkedHashMap<>();
            entries.forEach(entry -> all.put(entry.key(), Map.of("value", entry.value(), "source", entry.source())));
            out.println(JsonBody.text(all));
        } else {
            entries.forEach(entry ->
                    out.println(String.format("%-28s %-48s # %s", entry.key() + ":", entry.value(), entry.source())));
        }
        out.flush();
        return 0;
    }

    /** {@code config check}. */
    @Command(
            mixinStandardHelpOptions = true,
            description = {
                "Checks a file, and the template and the tokens that it names, as a daemon that starts with it would, without",
                "starting one. What a machine has to say to it, ./penstock doctor looks at.",
                "Exit code 0: good. 78: refused; every problem is named, with its line."
            })
    int check(@Parameters(paramLabel = "FILE", description = "YAML configuration.") Path file) {
        PenstockDaemon.check(DaemonConfig.load(file));
        PrintWriter out = spec.commandLine().getOut();
        out.println("good: " + file);
        out.flush();
        return 0;
    }
}
