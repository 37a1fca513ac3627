package org.penstock.daemon.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.DataDirectory;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.scan.ScanCheck;
import org.penstock.daemon.scan.ScanRecovery;
import org.penstock.daemon.scan.UnfinishedScans;
import org.penstock.daemon.storage.RebuildResult;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.JsonBody;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./penstock recover}: finishes by hand what a daemon that starts finishes by itself. */
@Command(
        name = "recover",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 120,
        description = {
            "Finishes scans that a crash left behind.",
            "Part files are made anew of what their journals name, every chunk checked,",
            "and the scan's masters are written. What was there is never changed in place; a crashed part file is put aside as",
            "FILE.crashed. A daemon that starts does this by itself: only folders that no daemon will own again need it by hand.",
            "The last line of standard output is one JSON object."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing was to be done, or every frame that was acknowledged is there",
            "1:all is readable; frames were lost, and are named",
            "2:could not: the reason is in problems"
        })
@StandardOutput
public final class RecoverCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "DIR|FILE",
            description = "A data directory, any folder below it, or a file of a scan.")
    private List<Path> places = List.of();

    @Option(names = "--dry-run", description = "Read and check everything, change nothing.")
    private boolean isDryRun;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The daemon's configuration, for modes and journal_dir.")
    private @Nullable Path configFile;

    @Spec
    private @Nullable CommandSpec spec;

    private final ObjectNode json = JsonNodeFactory.instance.objectNode();
    private final ArrayNode scans = json.putArray("scans");
    private final ArrayNode problems = json.putArray("problems");
    private final Set<Path> unreadable = new HashSet<>();
    private long lost;
    private long rebuiltParts;

    @Override
    public Integer call() {
        DaemonConfig config = DaemonConfig.load(configFile);
        Map<Path, List<Path>> placesByRoot = new TreeMap<>();
        for (Path place : places) {
            try {
                placesByRoot
                        .computeIfAbsent(UnfinishedScans.rootOf(place), _ -> new ArrayList<>())
                        .add(place);
            } catch (IOException e) {
                problem(place, "not looked through: " + PlaceProblem.of(e));
            }
        }
        placesByRoot.forEach((root, below) -> {
            if (isDryRun) {
                look(config, below);
            } else {
                recover(config.withDataDir(root), root, below);
            }
        });
        json.put("dry_run", isDryRun).put("parts_rebuilt", rebuiltParts).put("lost_frames", lost);
        print(JsonBody.text(json));
        return problems.isEmpty() ? (lost == 0 ? 0 : 1) : 2;
    }

    /** Nothing is looked for before the directory is held: until then a daemon may be at it. */
    private void recover(DaemonConfig config, Path root, List<Path> below) {
        try (DataDirectory _ = DataDirectory.hold(root);
                ScanRecovery recovery = new ScanRecovery(config)) {
            Set<Path> journals = new TreeSet<>();
            for (Path place : below) {
                journals.addAll(find(config, place).complete());
            }
            journals.forEach(journal -> show(recovery.recover(journal)));
        } catch (IOException | StorageException e) {
            problem(root, String.valueOf(e.getMessage()));
        }
    }

    private void look(DaemonConfig config, List<Path> below) {
        Map<Path, ScanRecovery.Recovered> found = new TreeMap<>();
        for (Path place : below) {
            try {
                UnfinishedScans unfinished = find(config, place);
                unfinished.journals().forEach(journal -> found.computeIfAbsent(journal, ScanCheck::look));
                unfinished.lost().forEach(lost -> found.computeIfAbsent(lost.file(), _ -> ScanCheck.look(lost)));
            } catch (IOException e) {
                problem(place, "not looked through: " + PlaceProblem.of(e));
            }
        }
        found.values().forEach(this::show);
    }

    private UnfinishedScans find(DaemonConfig config, Path place) throws IOException {
        UnfinishedScans found = UnfinishedScans.find(place, config.storage().journalDir());
        found.unreadable().forEach((journal, problem) -> {
            if (unreadable.add(journal)) {
                problem(journal, problem);
            }
        });
        return found;
    }

    private void show(ScanRecovery.Recovered recovered) {
        ObjectNode scan = scans.addObject();
        scan.put("journal", recovered.file().toString());
        scan.put(
                "scan_file",
                recovered.scanFile() == null ? null : recovered.scanFile().toString());
        ArrayNode streams = scan.putArray("streams");
        for (ScanRecovery.StreamOutcome stream : recovered.streams()) {
            streams.addObject()
                    .put("detector", stream.detector())
                    .put("entry", stream.entry())
                    .put("frames", stream.frames())
                    .put("missing_frames", stream.missingFrames())
                    .put("lost_frames", stream.lostFrames())
                    .put("complete", stream.isComplete())
                    .put("reason", stream.reason());
        }
        lost += recovered.lostFrames();
        ArrayNode parts = scan.putArray("parts");
        recovered.parts().forEach(part -> show(parts.addObject(), part));
        if (recovered.problem() != null) {
            problem(recovered.file(), recovered.problem());
        }
    }

    private void show(ObjectNode node, RebuildResult part) {
        long good = part.good().stream().mapToLong(FrameRange::count).sum();
        long bad = part.bad().stream().mapToLong(FrameRange::count).sum();
        rebuiltParts++;
        node.put("file", part.file()).put("frames", good).put("lost_frames", bad);
        ArrayNode ranges = node.putArray("lost");
        part.bad().forEach(range -> ranges.addArray().add(range.first()).add(range.count()));
        if (part.problem() != null) {
            problem(Path.of(part.file()), part.problem());
        }
    }

    private void problem(Path where, String what) {
        problems.addObject().put("file", where.toString()).put("what", what);
        if (spec != null) {
            PrintWriter errors = spec.commandLine().getErr();
            errors.println("recover: " + where + ": " + what);
            errors.flush();
        }
    }

    private void print(String line) {
        if (spec != null) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(line);
            out.flush();
        }
    }
}
