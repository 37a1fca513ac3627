package org.penstock.daemon.scan;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.storage.RebuildJob;
import org.penstock.daemon.storage.RebuildResult;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.ProtocolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds parts in a process of its own: libhdf5 has one thread, and that one writes frames; and what a crash left in a file may crash who reads it. A job
 * that finds no room waits for it.
 *
 * <p><b>Threading:</b> called by hdf5-writer; works on {@code rebuild}; results come on {@code afterwards}, which is hdf5-writer.
 */
public final class RebuildProcess implements Rebuilds, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RebuildProcess.class);
    private static final long ROOM_POLL_MS = 1_000;

    /** The command that reads one job from standard input and prints its result: {@code rebuild}. */
    public static final String COMMAND = "rebuild";

    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "rebuild"));
    private final Executor afterwards;
    private final String mainClass;
    private final Duration roomWait;
    private volatile @Nullable Process running;
    private volatile boolean isClosed;

    /**
     * @param mainClass that knows {@link #COMMAND}
     * @param roomWait how long a job waits for room on the disk
     */
    public RebuildProcess(Executor afterwards, String mainClass, Duration roomWait) {
        this.afterwards = afterwards;
        this.mainClass = mainClass;
        this.roomWait = roomWait;
    }

    @Override
    public void submit(RebuildJob job, Consumer<RebuildResult> done) {
        if (isClosed) {
            return; // the daemon stops: journals stay, and the next start does it
        }
        thread.execute(() -> {
            RebuildResult result = run(job);
            if (!isClosed) {
                afterwards.execute(() -> done.accept(result));
            }
        });
    }

    private RebuildResult run(RebuildJob job) {
        long endNs = System.nanoTime() + roomWait.toNanos();
        RebuildResult result = runOnce(job);
        boolean isSaid = false;
        while (result.waitsForRoom() && !isClosed && System.nanoTime() < endNs) {
            if (!isSaid) {
                LOG.warn("{}: waits for room", result.problem());
                isSaid = true;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(ROOM_POLL_MS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return result;
            }
            result = runOnce(job);
        }
        return result;
    }

    private RebuildResult runOnce(RebuildJob job) {
        if (isClosed) {
            return RebuildResult.failed(job.file(), "the daemon stops");
        }
        try {
            Process process = new ProcessBuilder(command())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            running = process;
            // kept open: its end tells the process that this daemon is gone
            OutputStream input = process.getOutputStream();
            input.write((JsonBody.text(job) + "\n").getBytes(StandardCharsets.UTF_8));
            input.flush();
            String last = lastLine(process);
            int status = process.waitFor();
            return last == null
                    ? RebuildResult.failed(
                            job.file(), "rebuild ended without a result: file=" + job.file() + ", status=" + status)
                    : JsonBody.readLenient(last.getBytes(StandardCharsets.UTF_8), RebuildResult.class);
        } catch (IOException | ProtocolException e) {
            return RebuildResult.failed(job.file(), "rebuild failed: file=" + job.file() + ", problem=" + e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return RebuildResult.failed(job.file(), "the daemon stops");
        } finally {
            running = null;
        }
    }

    private static @Nullable String lastLine(Process process) throws IOException {
        String last = null;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
            }
        }
        return last;
    }

    /** The same JVM with the same options, but for those that a debugger or a tool came with. */
    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!option.startsWith("-agentlib")
                    && !option.startsWith("-javaagent")
                    && !option.startsWith("-Dcom.sun")) {
                command.add(option);
            }
        }
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass);
        command.add(COMMAND);
        return command;
    }

    /** Ends what runs: it is begun anew at the next start. */
    @Override
    public void close() {
        isClosed = true;
        Process process = running;
        if (process != null) {
            process.destroy();
        }
        thread.shutdownNow();
    }
}
