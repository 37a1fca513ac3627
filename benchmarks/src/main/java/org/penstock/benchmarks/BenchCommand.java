package org.penstock.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.cli.CommandFailure;
import org.penstock.daemon.cli.CommandProvider;
import org.penstock.daemon.cli.StandardOutput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./penstock bench}: what this machine does, from a sender over TCP to closed files. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures the daemon: a process that sends frames, loopback TCP, a daemon process, closed files.",
            "Each data set is sent once to warm up, then three times for 5 seconds; the run with the median rate is given."
        })
@StandardOutput
public final class BenchCommand implements CommandProvider {
    @Option(names = "--quick", description = "One run of 1.5 seconds for each data set, for a first look.")
    private boolean isQuick;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            arity = "1..*",
            description = "Files of frames to send too: npy, npy.gz, EDF, file.h5::/path.")
    private List<String> files = List.of();

    @Option(
            names = "--sets",
            paramLabel = "NAME",
            split = ",",
            description = "Simulated sets to send: e4m_u32,m1_u16,ccd_u16 (default: all three), or none.")
    private List<String> sets = Arrays.stream(SimulatedFrames.values())
            .map(SimulatedFrames::setName)
            .toList();

    @Option(
            names = "--codec",
            paramLabel = "NAME",
            description = "How chunks are stored: bslz4 (default), or any other that a stream can ask for.")
    private String codec = "bslz4";

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the results to this file, as JSON.")
    private @Nullable Path jsonFile;

    @Spec
    private @Nullable CommandSpec spec;

    /** How thoroughly. */
    private record Effort(double warmUpSeconds, double runSeconds, int runs, Duration yardstick) {
        static final Effort QUICK = new Effort(1.5, 1.5, 1, Duration.ofMillis(500));
        static final Effort FULL = new Effort(4, 5, 3, Duration.ofSeconds(1));
    }

    /** What {@code --json} writes. */
    private record Results(Machine machine, List<BenchRun> runs) {}

    @Override
    public Integer call() {
        Effort effort = isQuick ? Effort.QUICK : Effort.FULL;
        checkTarget();
        try (Stoppable stoppable = new Stoppable();
                WorkFolder folder = stoppable.keep(new WorkFolder())) {
            Machine machine = Machine.of(folder.path(), effort.runSeconds(), effort.runs());
            print(machine.cpu() + ", " + machine.cores() + " cores, " + machine.memoryGib() + " GiB; " + machine.jdk()
                    + "; files on " + machine.fileSystem() + " ("
                    + folder.path().getParent() + ")");
            List<BenchRun> runs = measureAll(effort, folder, stoppable);
            ResultTable.legend().forEach(this::print);
            write(machine, runs);
            return 0;
        } catch (IOException e) {
            throw new CommandFailure("benchmark stopped: " + e, e);
        }
    }

    /** Minutes of measuring are not to be lost for want of a folder. */
    private void checkTarget() {
        Path folder = jsonFile == null ? null : jsonFile.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new CommandFailure("folder of --json is not there: folder=" + folder);
        }
    }

    private List<BenchRun> measureAll(Effort effort, WorkFolder folder, Stoppable stoppable) throws IOException {
        List<BenchRun> runs = new ArrayList<>();
        print(ResultTable.head());
        for (String set : sets) {
            if (!"none".equals(set)) {
                SimulatedFrames frames = SimulatedFrames.of(set);
                runs.add(measure(FrameData.of(frames, folder.path().resolve("frames")), effort, folder, stoppable));
            }
        }
        for (String file : files) {
            runs.add(measure(FrameData.of(file, folder.path().resolve("frames")), effort, folder, stoppable));
        }
        return runs;
    }

    private BenchRun measure(FrameData data, Effort effort, WorkFolder folder, Stoppable stoppable) throws IOException {
        List<BenchRun> runs = new ArrayList<>();
        double yardstick = 0;
        try (EndToEnd endToEnd = stoppable.keep(new EndToEnd(folder, data));
                Arena arena = Arena.ofConfined()) {
            var frames = data.map(arena);
            endToEnd.stream(codec, effort.warmUpSeconds());
            for (int i = 0; i < effort.runs(); i++) {
                Optional<Yardstick.Result> c =
                        Yardstick.measure(frames, data.frameBytes(), data.type().bytes(), effort.yardstick());
                yardstick = Math.max(
                        yardstick, c.map(Yardstick.Result::megabytesPerSecond).orElse(0.0));
                runs.add(endToEnd.stream(codec, effort.runSeconds()));
            }
        } finally {
            Files.deleteIfExists(data.file());
        }
        BenchRun median = BenchRun.median(runs);
        BenchRun result = yardstick > 0 ? median.withYardstick(yardstick) : median;
        print(ResultTable.line(result));
        ResultTable.roles(result).forEach(this::print);
        return result;
    }

    private void write(Machine machine, List<BenchRun> runs) throws IOException {
        if (jsonFile != null) {
            ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
            Files.writeString(jsonFile, json.writeValueAsString(new Results(machine, runs)) + System.lineSeparator());
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
