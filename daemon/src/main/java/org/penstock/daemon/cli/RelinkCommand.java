package org.penstock.daemon.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.nexus.LinkTree;
import org.penstock.daemon.scan.Relinking;
import org.penstock.protocol.JsonBody;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./penstock relink}: dataset, sample and proposal masters anew, from the scans that are there. */
@Command(
        name = "relink",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 120,
        description = {
            "Makes the dataset, sample and proposal masters in and below a folder anew, of the scan masters that lie there.",
            "For folders whose masters were lost, or whose scans were moved or removed. A daemon may run meanwhile. A master that another program",
            "made is left as it is. The last line of standard output is one JSON object."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every master is written",
            "1:some could not be, or a scan is in none: the reason is in problems",
            "2:a folder could not be looked through"
        })
@StandardOutput
public final class RelinkCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "DIR", description = "A data directory, or any folder below it.")
    private List<Path> places = List.of();

    @Option(names = "--config", paramLabel = "FILE", description = "The daemon's configuration, for modes and groups.")
    private @Nullable Path configFile;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Override
    public Integer call() {
        DaemonConfig config = DaemonConfig.load(configFile);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode masters = json.putArray("masters");
        ArrayNode problems = json.putArray("problems");
        LinkTree tree = Relinking.tree(config.storage(), Clock.system(ZoneId.systemDefault()));
        int exitCode = 0;
        for (Path place : places) {
            try {
                for (LinkTree.Outcome outcome : tree.rebuild(place)) {
                    if (outcome.problem() == null) {
                        masters.addObject()
                                .put("file", outcome.file().toString())
                                .put("scans", outcome.scans());
                    } else {
                        problem(problems, outcome.file(), outcome.problem());
                        exitCode = Math.max(exitCode, 1);
                    }
                }
            } catch (IOException e) {
                problem(problems, place, "not looked through: " + PlaceProblem.of(e));
                exitCode = 2;
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(JsonBody.text(json));
        out.flush();
        return exitCode;
    }

    private static void problem(ArrayNode problems, Path file, String message) {
        problems.addObject().put("file", file.toString()).put("message", message);
    }
}
