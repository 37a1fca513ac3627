package org.penstock.daemon.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.PenstockDaemon;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.scan.UnfinishedScans;
import org.penstock.daemon.simulation.SimulatedBeamline;
import org.penstock.protocol.ScanRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./penstock demo}: a daemon, simulated detectors, one scan to look at. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts a daemon and simulated detectors, and takes one scan: an area detector of 4 megapixels, a camera, a fluorescence"
                    + " detector, two counters: five streams. Prints the files, how to open them, and what it cost.",
            "The exit code is 0 only if every frame was written."
        })
@StandardOutput
public final class DemoCommand implements Callable<Integer> {
    private static final String DEFAULT_FOLDER = "penstock-demo";
    private static final double MOST_SECONDS = 3600;
    private static final Duration CLEARING = Duration.ofSeconds(20);

    /** What the area detector leaves per second, and some more. */
    private static final double STORED_BYTES_PER_SECOND = 80e6;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where files are written (default: penstock-demo here, with a number when there is one).")
    private @Nullable Path dataDir;

    @Option(names = "--seconds", paramLabel = "S", description = "How long detectors send (default: 10).")
    private double seconds = 10;

    @Override
    public Integer call() throws IOException {
        if (!(seconds >= 0.1 && seconds <= MOST_SECONDS)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "bad value: option=--seconds, expected=0.1 to " + MOST_SECONDS + ", actual=" + seconds);
        }
        quietLog();
        Path directory = directory();
        say("making frames of the simulated detectors");
        try (SimulatedBeamline beamline = new SimulatedBeamline(seconds);
                PenstockDaemon daemon = PenstockDaemon.start(DaemonConfig.defaults()
                        .withDataDir(directory)
                        .withPort(0)
                        .withHttpPort(null))) {
            return scan(daemon, beamline, directory);
        }
    }

    /** What the daemon logs would break the line that shows the progress; who set a level himself gets it. */
    private static void quietLog() {
        if (System.getenv("PENSTOCK_LOG") == null) {
            System.setProperty("PENSTOCK_LOG", "WARN"); // read by logback.xml, when the daemon's first logger is made
        }
    }

    private Path directory() throws IOException {
        Path directory = dataDir;
        if (directory == null) {
            directory = Path.of(DEFAULT_FOLDER);
            for (int number = 2; Files.exists(directory); number++) {
                directory = Path.of(DEFAULT_FOLDER + "-" + number);
            }
        }
        Files.createDirectories(directory);
        long needed = (long) (seconds * STORED_BYTES_PER_SECOND);
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < needed) {
            throw new CommandFailure("not enough room for the demonstration: folder=" + directory + ", neededBytes="
                    + needed + ", freeBytes=" + free + "; choose another with --data-dir, or fewer --seconds");
        }
        return directory;
    }

    private int scan(PenstockDaemon daemon, SimulatedBeamline beamline, Path directory) throws IOException {
        ScanRequest request = new ScanRequest(
                null,
                null,
                null,
                null,
                "lysozyme",
                null,
                "penstock demo",
                null,
                beamline.detectors().size(),
                null);
        InetSocketAddress address = new InetSocketAddress(daemon.host(), daemon.port());
        long startNs = System.nanoTime();
        try (DemoScan scan = DemoScan.open(address, beamline.detectors(), request, seconds);
                CtrlC _ = new CtrlC(scan::stop)) {
            try (DemoProgress _ = DemoProgress.start(scan, spec.commandLine().getErr())) {
                scan.run();
            }
            report(daemon, scan, directory, (System.nanoTime() - startNs) / 1e9);
            List<String> problems = scan.arms().stream()
                    .map(DemoScan.Arm::problem)
                    .filter(Objects::nonNull)
                    .toList();
            problems.forEach(problem -> say("not whole: " + problem));
            return problems.isEmpty() ? 0 : 1;
        }
    }

    private void report(PenstockDaemon daemon, DemoScan scan, Path directory, double took) throws IOException {
        Path file = shortened(Path.of(scan.datasetFile()));
        // part files of counters go a moment after the report
        if (!UnfinishedScans.awaitNone(directory, CLEARING)) {
            say("the disk is slow: some part files are still there that will go");
        }
        print("");
        FileTree.lines(directory).forEach(this::print);
        print("");
        print("Look at it:");
        print("  silx view " + file);
        print("  jupyter lab        with jupyterlab-h5web: open " + file);
        print("  /usr/bin/python3   import h5py, hdf5plugin");
        print("                     print(h5py.File(\"" + file + "\")[\"" + scan.entry() + "/measurement/eiger\"])");
        print("");
        print("What it cost, the start of a cold Java included (./penstock bench measures a warm one):");
        DemoCosts.lines(daemon.telemetry(), scan, took).forEach(this::print);
    }

    /** As seen from here, where that is shorter. */
    private static Path shortened(Path file) {
        Path here = Path.of("").toAbsolutePath();
        return file.startsWith(here) ? here.relativize(file) : file;
    }

    private void say(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("demo: " + line);
        err.flush();
    }

    private void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
