package org.penstock.daemon.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.PenstockDaemon;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.log.EventEncoder;
import org.penstock.daemon.service.HangUp;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./penstock serve}: the daemon, in the foreground. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the daemon in the foreground until SIGTERM or ctrl-C; then it stops accepting, drains, closes files and exits 0.",
            "Prints @|bold ready data=HOST:PORT http=HOST:PORT|@ on standard output once it accepts connections (http=off without HTTP).",
            "The log goes to standard error."
        })
@StandardOutput
public final class ServeCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML configuration; without it the commented defaults run.")
    private @Nullable Path configFile;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where scans are written (storage.data_dir; default: penstock-data here).")
    private @Nullable Path dataDir;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port for detectors (network.port; default 9700; 0 picks a free one).")
    private @Nullable Integer port;

    @Option(
            names = "--http-port",
            paramLabel = "N",
            converter = HttpPort.Reader.class,
            description = "Port for HTTP (http.port; default 8787; 0 picks a free one, off takes none).")
    private @Nullable HttpPort httpPort;

    /** How lines of the log look. */
    enum LogForm {
        TEXT,
        JSON
    }

    @Option(
            names = "--log",
            paramLabel = "FORM",
            description = "Lines of the log: text, or json for collectors; default: ${DEFAULT-VALUE}.")
    private LogForm logForm = LogForm.TEXT;

    /** How long a daemon that is told to end waits for its own start, to end in order. */
    private static final long START_SECONDS = 10;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        System.setProperty(EventEncoder.FORM, logForm.name().toLowerCase(Locale.ROOT)); // before the first event
        CompletableFuture<PenstockDaemon> starting = new CompletableFuture<>();
        CountDownLatch stopped = new CountDownLatch(1);
        // before anything can be read of a daemon that is ready: whoever reads it may say SIGTERM at once
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(starting, stopped), "shutdown"));
        PenstockDaemon daemon = start(starting);
        HangUp.runs(() -> reload(daemon));
        print("ready " + daemon.addresses());
        stopped.await();
        return 0;
    }

    private PenstockDaemon start(CompletableFuture<PenstockDaemon> starting) {
        try {
            PenstockDaemon daemon = PenstockDaemon.start(config());
            starting.complete(daemon);
            return daemon;
        } finally {
            starting.cancel(false); // unless it was completed
        }
    }

    private DaemonConfig config() {
        DaemonConfig config = DaemonConfig.load(configFile);
        config = dataDir == null ? config : config.withDataDir(dataDir);
        config = port == null ? config : config.withPort(port);
        return httpPort == null ? config : config.withHttpPort(httpPort.number());
    }

    private void reload(PenstockDaemon daemon) {
        try {
            daemon.reload(config());
        } catch (ConfigurationException e) {
            LoggerFactory.getLogger(ServeCommand.class)
                    .error("configuration not taken, the old one stays: {}", e.getMessage());
        }
    }

    /** In the shutdown hook: the exit code of a signal is not ours, so the process ends here, with 0. */
    private static void stop(CompletableFuture<PenstockDaemon> starting, CountDownLatch stopped) {
        try {
            starting.get(START_SECONDS, TimeUnit.SECONDS).close();
            stopped.countDown();
            Runtime.getRuntime().halt(0);
        } catch (CancellationException | ExecutionException | TimeoutException _) {
            // it never started: the exit code says why
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
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
