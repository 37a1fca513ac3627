package org.penstock.benchmarks;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.cli.CommandFailure;
import org.penstock.daemon.cli.CommandProvider;
import org.penstock.daemon.cli.StandardOutput;
import picocli.CommandLine.ArgGroup;
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
            "Each data set is sent for 10 s to warm up, then three times for 5 s; the run with the median rate is given."
        })
@StandardOutput
public final class BenchCommand implements CommandProvider {
    /** At which part of the rate that was reached latency is measured. */
    private static final double OF_MAXIMUM = 0.5;

    /** Of one scan, of four sizes. */
    private static final int DETECTORS = 8;

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
            description =
                    "Simulated sets to send: e4m_u32,m1_u16,ccd_u16 (default: all three; with --passthrough m1_u32), or none.")
    private @Nullable List<String> sets;

    @Option(
            names = "--codec",
            paramLabel = "NAME",
            description = "How chunks are stored: bslz4 (default), or any other that a stream can ask for.")
    private String codec = "bslz4";

    @Option(
            names = "--passthrough",
            description =
                    "Sends frames that are encoded already, by --codec: the daemon checks them and stores them as they come.")
    private boolean isPassthrough;

    @ArgGroup
    private Mode mode = new Mode();

    @Option(
            names = "--gib",
            paramLabel = "N",
            description = "GiB of files that a sustained run writes (default: twice the memory).")
    private @Nullable Double gib;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description = "Where files are written (default: in memory; with --sustained the temporary directory).")
    private @Nullable Path parent;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML configuration of the daemon that is measured (default: the commented defaults).")
    private @Nullable Path config;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the results to this file, as JSON.")
    private @Nullable Path jsonFile;

    @Spec
    private @Nullable CommandSpec spec;

    /** What is measured other than rate and cost; one of these. */
    private static final class Mode {
        @Option(
                names = "--compare-journal",
                description = {
                    "Sends each set by turns to a daemon with journals of part files and to one without,",
                    "in sixteen pairs of 5 seconds (two of 1.5 with --quick), and compares the processor time of the two."
                })
        private boolean comparesJournal;

        @Option(
                names = "--compare-metrics",
                description =
                        "The same with a daemon that counts and times what it does with frames, and one that does not.")
        private boolean comparesMetrics;

        @Option(
                names = "--sustained",
                description = {
                    "Sends one long stream of each set, of twice the machine's memory in files, onto the disk of --folder,",
                    "and gives the rate until all of it is there, and how long the daemon received nothing at the longest."
                })
        private boolean isSustained;

        @Option(
                names = "--small",
                description = "Sends small frames: spectra, the values of a counter, images of 64 x 64 pixels.")
        private boolean isSmall;

        @Option(
                names = "--latency",
                description = {
                    "Sends each set for a minute at half the rate that was reached,",
                    "and gives how long frames waited to be acknowledged as written."
                })
        private boolean isLatency;

        @Option(
                names = "--growth",
                description = {
                    "Sends a million chunks of 4 KiB into one part file, and ten thousand into a thousand of them,",
                    "and gives what the first tenth cost, and what the last."
                })
        private boolean isGrowth;

        @Option(
                names = "--several",
                description = {
                    "Sends each set by turns as one detector and as eight of several sizes,",
                    "and gives what eight cost beside one, and whether one of them starves."
                })
        private boolean isSeveral;

        @Option(
                names = "--values",
                description = {
                    "Sends each set by turns alone and with values that come with each frame,",
                    "and gives what they cost. Default sets: those of --small."
                })
        private boolean hasValues;

        private @Nullable Compared compared() {
            if (comparesJournal) {
                return Compared.JOURNAL;
            }
            return comparesMetrics ? Compared.METRICS : null;
        }
    }

    /** What {@code --json} writes. */
    private record Results(Machine machine, List<BenchRun> runs) {}

    /** What {@code --json} writes of long runs. */
    private record LongRuns(Machine machine, List<Sustained> sustained) {}

    /** What {@code --json} writes of paced streams. */
    private record PacedRuns(Machine machine, List<Paced> paced) {}

    /** What {@code --json} writes of growing streams. */
    private record GrowingRuns(Machine machine, List<Growth> growth) {}

    /** What {@code --json} writes of several detectors. */
    private record SeveralRuns(Machine machine, List<Several> several) {}

    /** What {@code --json} writes of streams with values. */
    private record ValuesRuns(Machine machine, List<ValuesCost> values) {}

    /** What {@code --json} writes of a comparison: one of the two lists. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Comparison(
            Machine machine,
            @Nullable List<PairedCost> journal,
            @Nullable List<PairedCost> metrics) {
        static Comparison of(Compared compared, Machine machine, List<PairedCost> costs) {
            return switch (compared) {
                case JOURNAL -> new Comparison(machine, costs, null);
                case METRICS -> new Comparison(machine, null, costs);
            };
        }
    }

    /** Measures something on one data set. */
    @FunctionalInterface
    private interface Measurement<R> {
        R on(FrameData data) throws IOException;
    }

    @Override
    public Integer call() {
        Effort effort = isQuick ? Effort.QUICK : Effort.FULL;
        checkTarget();
        checkChoices();
        try (Stoppable stoppable = new Stoppable();
                WorkFolder folder = stoppable.keep(folder())) {
            Machine machine = Machine.of(
                    folder.path(),
                    effort.runSeconds(),
                    mode.compared() != null ? effort.rounds() * effort.pairs() : effort.runs());
            print(machine.cpu() + ", " + machine.cores() + " cores, " + machine.memoryGib() + " GiB; " + machine.jdk()
                    + "; files on " + machine.fileSystem() + " ("
                    + folder.path().getParent() + ")");
            measure(machine, effort, folder, stoppable);
            return 0;
        } catch (IOException e) {
            throw new CommandFailure("benchmark stopped: " + e, e);
        }
    }

    private void measure(Machine machine, Effort effort, WorkFolder folder, Stoppable stoppable) throws IOException {
        Compared compared = mode.compared();
        if (compared != null) {
            print(ResultTable.comparisonHead());
            List<PairedCost> costs = measureAll(folder, data -> compare(compared, data, effort, folder, stoppable));
            ResultTable.comparisonLegend(compared).forEach(this::print);
            write(Comparison.of(compared, machine, costs));
        } else if (mode.isGrowth) {
            print(ResultTable.growthHead());
            List<Growth> results = grow(effort, folder, stoppable);
            ResultTable.growthLegend().forEach(this::print);
            write(new GrowingRuns(machine, results));
        } else if (mode.isSeveral) {
            print(ResultTable.head());
            List<Several> runs = measureAll(folder, data -> several(data, effort, folder, stoppable));
            ResultTable.legend().forEach(this::print);
            write(new SeveralRuns(machine, runs));
        } else if (mode.hasValues) {
            print(ResultTable.head());
            List<ValuesCost> runs = measureAll(folder, data -> values(data, effort, folder, stoppable));
            ResultTable.legend().forEach(this::print);
            write(new ValuesRuns(machine, runs));
        } else if (mode.isLatency) {
            print(ResultTable.head());
            List<Paced> runs = measureAll(folder, data -> pace(data, effort, folder, stoppable));
            ResultTable.legend().forEach(this::print);
            write(new PacedRuns(machine, runs));
        } else if (mode.isSustained) {
            Sustained.Target target = Sustained.Target.of(folder, machine, gib);
            print(ResultTable.head());
            List<Sustained> runs = measureAll(folder, data -> sustain(data, target, folder, stoppable));
            ResultTable.sustainedLegend().forEach(this::print);
            write(new LongRuns(machine, runs));
        } else {
            print(ResultTable.head());
            List<BenchRun> runs = measureAll(folder, data -> measure(data, effort, folder, stoppable));
            ResultTable.legend().forEach(this::print);
            write(new Results(machine, runs));
        }
    }

    private void checkChoices() {
        if (mode.compared() != null && (isPassthrough || config != null)) {
            throw new CommandFailure(
                    "--compare-journal and --compare-metrics send frames as they are, with the defaults: leave out --passthrough and --config");
        }
        if (mode.isSeveral && isPassthrough) {
            throw new CommandFailure("--several sends parts of frames, as they are: leave out --passthrough");
        }
        if (mode.isGrowth && (isPassthrough || sets != null || !files.isEmpty() || config != null)) {
            throw new CommandFailure(
                    "--growth sends frames of its own to a daemon of its own: leave out --passthrough, --sets, --data and --config");
        }
    }

    private WorkFolder folder() throws IOException {
        if (parent != null) {
            if (!Files.isDirectory(parent)) {
                throw new CommandFailure("folder of --folder is not there: folder=" + parent);
            }
            return WorkFolder.in(parent);
        }
        return mode.isSustained ? WorkFolder.in(Path.of(System.getProperty("java.io.tmpdir"))) : WorkFolder.inMemory();
    }

    /** Minutes of measuring are not to be lost for want of a folder. */
    private void checkTarget() {
        Path folder = jsonFile == null ? null : jsonFile.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new CommandFailure("folder of --json is not there: folder=" + folder);
        }
    }

    private <R> List<R> measureAll(WorkFolder folder, Measurement<R> measurement) throws IOException {
        List<R> results = new ArrayList<>();
        Path target = folder.path().resolve("frames");
        for (String set : sets()) {
            if (!"none".equals(set)) {
                results.add(measure(FrameData.simulated(set, target), measurement));
            }
        }
        for (String file : files) {
            results.add(measure(FrameData.of(file, target), measurement));
        }
        return results;
    }

    private List<String> sets() {
        if (sets != null) {
            return sets;
        }
        List<SimulatedFrames> usual = isPassthrough ? List.of(SimulatedFrames.M1_U32) : SimulatedFrames.USUAL;
        return mode.isSmall || mode.hasValues
                ? SmallFrames.names()
                : usual.stream().map(SimulatedFrames::setName).toList();
    }

    private static <R> R measure(FrameData data, Measurement<R> measurement) throws IOException {
        try {
            return measurement.on(data);
        } finally {
            Files.deleteIfExists(data.file());
        }
    }

    private PairedCost compare(Compared compared, FrameData data, Effort effort, WorkFolder folder, Stoppable stoppable)
            throws IOException {
        List<PairedCost.Pair> pairs = new ArrayList<>();
        for (int round = 0; round < effort.rounds(); round++) {
            // new ones: what the JIT makes of the same code is not the same in every process
            try (DaemonComparison comparison = stoppable.keep(new DaemonComparison(folder, data, compared))) {
                pairs.addAll(comparison.measure(codec, effort));
            }
        }
        PairedCost cost = PairedCost.of(pairs);
        print(ResultTable.comparisonLine(cost));
        return cost;
    }

    private Sustained sustain(FrameData data, Sustained.Target target, WorkFolder folder, Stoppable stoppable)
            throws IOException {
        FrameSender.Sending sending = new FrameSender.Sending(codec, isPassthrough);
        try (EndToEnd endToEnd = stoppable.keep(new EndToEnd(folder, data, EndToEnd.Daemon.of(config)))) {
            endToEnd.stream(sending, Effort.FULL.warmUpSeconds());
            Sustained result = endToEnd.sustained(sending, target);
            print(ResultTable.line(result.run()));
            print(ResultTable.sustained(result));
            ResultTable.roles(result.run()).forEach(this::print);
            return result;
        }
    }

    private Several several(FrameData data, Effort effort, WorkFolder folder, Stoppable stoppable) throws IOException {
        FrameSender.Sending sending = FrameSender.Sending.asTheyAre(codec);
        List<BenchRun> one = new ArrayList<>();
        List<Several.Run> several = new ArrayList<>();
        try (EndToEnd endToEnd = stoppable.keep(new EndToEnd(folder, data, EndToEnd.Daemon.of(config)))) {
            endToEnd.stream(sending, effort.warmUpSeconds());
            endToEnd.several(sending, effort.runSeconds(), DETECTORS);
            for (int i = 0; i < effort.runs(); i++) {
                one.add(endToEnd.stream(sending, effort.runSeconds()));
                several.add(endToEnd.several(sending, effort.runSeconds(), DETECTORS));
            }
        }
        Several result = Several.of(one, several, DETECTORS);
        print(ResultTable.line(result.one()));
        print(ResultTable.line(result.several()));
        print(ResultTable.several(result));
        ResultTable.roles(result.several()).forEach(this::print);
        return result;
    }

    private ValuesCost values(FrameData data, Effort effort, WorkFolder folder, Stoppable stoppable)
            throws IOException {
        FrameSender.Sending sending = new FrameSender.Sending(codec, isPassthrough);
        List<BenchRun> alone = new ArrayList<>();
        List<BenchRun> with = new ArrayList<>();
        try (EndToEnd endToEnd = stoppable.keep(new EndToEnd(folder, data, EndToEnd.Daemon.of(config)))) {
            endToEnd.stream(sending, effort.warmUpSeconds());
            endToEnd.withValues(sending, effort.warmUpSeconds());
            for (int i = 0; i < effort.runs(); i++) {
                alone.add(endToEnd.stream(sending, effort.runSeconds()));
                with.add(endToEnd.withValues(sending, effort.runSeconds()));
            }
        }
        ValuesCost cost = ValuesCost.of(alone, with);
        print(ResultTable.line(cost.alone()));
        print(ResultTable.line(cost.with()));
        print(ResultTable.values(cost));
        ResultTable.roles(cost.with()).forEach(this::print);
        return cost;
    }

    private Paced pace(FrameData data, Effort effort, WorkFolder folder, Stoppable stoppable) throws IOException {
        FrameSender.Sending sending = new FrameSender.Sending(codec, isPassthrough);
        try (EndToEnd endToEnd = stoppable.keep(new EndToEnd(folder, data, EndToEnd.Daemon.of(config)))) {
            endToEnd.stream(sending, effort.warmUpSeconds());
            endToEnd.stream(sending, effort.runSeconds());
            Paced paced = endToEnd.paced(sending, effort.pacedSeconds(), OF_MAXIMUM);
            print(ResultTable.line(paced.run()));
            print(ResultTable.paced(paced));
            return paced;
        }
    }

    /** Frames of 4 KiB, each of them a chunk. */
    private List<Growth> grow(Effort effort, WorkFolder folder, Stoppable stoppable) throws IOException {
        FrameData data = FrameData.simulated(
                SmallFrames.IMAGE_64_U8.setName(), folder.path().resolve("frames"));
        Path chunks = Files.writeString(
                folder.path().resolve("growth.yaml"), "memory: {chunk_bytes: 4 KiB}" + System.lineSeparator());
        FrameSender.Sending sending = FrameSender.Sending.asTheyAre(codec);
        List<Growth> results = new ArrayList<>();
        try (EndToEnd endToEnd = stoppable.keep(new EndToEnd(folder, data, EndToEnd.Daemon.of(chunks)))) {
            endToEnd.stream(sending, effort.warmUpSeconds());
            for (Growth.Load load : effort.growth()) {
                Growth growth = endToEnd.growth(sending, load);
                print(ResultTable.growth(growth));
                results.add(growth);
            }
        }
        return results;
    }

    private BenchRun measure(FrameData data, Effort effort, WorkFolder folder, Stoppable stoppable) throws IOException {
        List<BenchRun> runs = new ArrayList<>();
        FrameSender.Sending sending = new FrameSender.Sending(codec, isPassthrough);
        double yardstick = 0;
        try (EndToEnd endToEnd = stoppable.keep(new EndToEnd(folder, data, EndToEnd.Daemon.of(config)));
                Arena arena = Arena.ofConfined()) {
            var frames = data.map(arena);
            endToEnd.stream(sending, effort.warmUpSeconds());
            for (int i = 0; i < effort.runs(); i++) {
                Optional<Yardstick.Result> c =
                        Yardstick.measure(frames, data.frameBytes(), data.type().bytes(), effort.yardstick());
                yardstick = Math.max(
                        yardstick, c.map(Yardstick.Result::megabytesPerSecond).orElse(0.0));
                runs.add(endToEnd.stream(sending, effort.runSeconds()));
            }
        }
        BenchRun median = BenchRun.median(runs);
        BenchRun result = yardstick > 0 ? median.withYardstick(yardstick) : median;
        print(ResultTable.line(result));
        if (isPassthrough) {
            print(ResultTable.stored(result));
        }
        ResultTable.roles(result).forEach(this::print);
        return result;
    }

    private void write(Object results) throws IOException {
        if (jsonFile != null) {
            ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
            Files.writeString(jsonFile, json.writeValueAsString(results) + System.lineSeparator());
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
