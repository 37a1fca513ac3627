package org.penstock.daemon.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./penstock scan}: scans of a running daemon, over its HTTP port. */
@Command(
        name = "scan",
        mixinStandardHelpOptions = true,
        usageHelpWidth = 120,
        description = {
            "Creates, runs and ends scans of a running daemon. Results are JSON on standard output.",
            "What a scan may hold is in src/docs/control.md and src/docs/scan-description.md."
        },
        footer = {
            "",
            "@|bold Example|@",
            "  ./penstock scan create - <<< '{sample: si, detectors: [{name: eiger, frames: 100}]}'",
            "  ./penstock scan watch ID",
            "  ./penstock scan stop ID",
        })
@StandardOutput
public final class ScanCommand {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before a command runs
    private CommandSpec spec;

    @Command(name = "create", mixinStandardHelpOptions = true, description = "Creates a scan and prints it.")
    int create(
            @Mixin DaemonHttp daemon,
            @Parameters(paramLabel = "FILE", description = "YAML or JSON, - for standard input.") String file) {
        return print(daemon.call("POST", "/api/scans", read(file)));
    }

    @Command(
            name = "describe",
            mixinStandardHelpOptions = true,
            description = "Adds to what is known of a scan (a JSON merge patch) and prints all of it.")
    int describe(
            @Mixin DaemonHttp daemon,
            @Parameters(paramLabel = "ID", description = "Of the scan.") String id,
            @Parameters(paramLabel = "FILE", description = "YAML or JSON, - for standard input.") String file) {
        return print(daemon.call("PATCH", path(id) + "/metadata", read(file)));
    }

    @Command(
            name = "arm",
            mixinStandardHelpOptions = true,
            description = "Expects the first frame; refused while a detector has not joined.")
    int arm(@Mixin DaemonHttp daemon, @Mixin Target target) {
        return print(target.order(daemon, "arm"));
    }

    @Command(name = "start", mixinStandardHelpOptions = true, description = "Runs a scan from now on, frames or not.")
    int start(@Mixin DaemonHttp daemon, @Mixin Target target) {
        return print(target.order(daemon, "start"));
    }

    @Command(
            name = "stop",
            mixinStandardHelpOptions = true,
            description = "Ends a scan with what has come, and waits until its files are closed.")
    int stop(@Mixin DaemonHttp daemon, @Mixin Target target) {
        return print(target.order(daemon, "stop"));
    }

    @Command(name = "abort", mixinStandardHelpOptions = true, description = "Breaks a scan off.")
    int abort(@Mixin DaemonHttp daemon, @Mixin Target target) {
        return print(target.order(daemon, "abort"));
    }

    @Command(name = "status", mixinStandardHelpOptions = true, description = "Prints a scan as it stands.")
    int status(@Mixin DaemonHttp daemon, @Parameters(paramLabel = "ID", description = "Of the scan.") String id) {
        return print(daemon.call("GET", path(id), null));
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Prints the scans that are open, and the last that ended.")
    int list(
            @Mixin DaemonHttp daemon,
            @Option(names = "--state", paramLabel = "STATE", description = "Only those in this state.") @Nullable String state) {
        String query = state == null ? "" : "?state=" + encoded(state);
        return print(daemon.call("GET", "/api/scans" + query, null));
    }

    @Command(
            name = "watch",
            mixinStandardHelpOptions = true,
            description = {
                "Follows a scan until it is closed: a live table on a terminal, else one JSON object for each change.",
                "Exit code 0 when it is complete, 1 when it is not."
            })
    int watch(@Mixin DaemonHttp daemon, @Parameters(paramLabel = "ID", description = "Of the scan.") String id) {
        boolean isTerminal =
                Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        JsonNode last = isTerminal ? new ScanTable(out()).follow(daemon, path(id)) : events(daemon, id);
        return "COMPLETE".equals(last.path("state").asText()) ? 0 : 1;
    }

    private JsonNode events(DaemonHttp daemon, String id) {
        JsonNode last = JsonNodeFactory.instance.objectNode();
        try (Stream<String> lines = daemon.listen(path(id) + "/events")) {
            for (String line : (Iterable<String>) lines::iterator) {
                if (line.startsWith("data:")) {
                    last = parsed(line.substring("data:".length()));
                    print(last);
                }
            }
        }
        return last;
    }

    /** The scan that an order is for. */
    static final class Target {
        @Parameters(paramLabel = "ID", description = "Of the scan.")
        private String id = "";

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the log and the file.")
        private @Nullable String reason;

        JsonNode order(DaemonHttp daemon, String order) {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            if (reason != null) {
                body.put("reason", reason);
            }
            return daemon.call("POST", path(id) + "/" + order, body);
        }
    }

    private static String path(String id) {
        return "/api/scans/" + encoded(id);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** JSON is YAML too. */
    private static JsonNode read(String file) {
        try {
            byte[] text = file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
            return YAML.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CommandFailure(
                    "neither YAML nor JSON: file=" + file + ", line="
                            + e.getLocation().getLineNr() + ", reason=" + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new CommandFailure("not read: file=" + file + ", reason=" + e.getMessage(), e);
        }
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new CommandFailure("event is no JSON: " + json, e);
        }
    }

    private int print(JsonNode json) {
        out().println(json);
        out().flush();
        return 0;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
