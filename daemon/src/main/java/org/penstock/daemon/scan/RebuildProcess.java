package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.process.ChildProcess;
import org.penstock.daemon.process.JavaCommand;
import org.penstock.daemon.storage.RebuildJob;
import org.penstock.daemon.storage.RebuildResult;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.ProtocolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds parts in a process of its own: libhdf5 has one thread, and that one writes frames; and what a crash left in a file may crash who reads it. A job
 * that finds no room waits for it; one that hangs is ended, and holds up no other for longer than that.
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
    private final Patience patience;
    private volatile @Nullable ChildProcess running;
    private volatile boolean isClosed;
    private final AtomicInteger unfinished = new AtomicInteger();
    private volatile boolean isWaitingForRoom;

    /**
     * How long to wait.
     *
     * @param room for room on the disk
     * @param silence for a sign of life of a process, which is then ended: its job has failed
     */
    public record Patience(Duration room, Duration silence) {}

    /**
     * @param mainClass that knows {@link #COMMAND}
     */
    public RebuildProcess(Executor afterwards, String mainClass, Patience patience) {
        this.afterwards = afterwards;
        this.mainClass = mainClass;
        this.patience = patience;
    }

    @Override
    public void submit(RebuildJob job, Consumer<RebuildResult> done) {
        if (isClosed) {
            return; // the daemon stops: journals stay, and the next start does it
        }
        unfinished.incrementAndGet();
        thread.execute(() -> {
            RebuildResult result = run(job);
            isWaitingForRoom = false;
            unfinished.decrementAndGet();
            if (!isClosed) {
                afterwards.execute(() -> done.accept(result));
            }
        });
    }

    /** Returns how many parts wait to be rebuilt, the one that is being rebuilt included; any thread. */
    public int unfinished() {
        return unfinished.get();
    }

    /** Returns whether the disk has no room for the part whose turn it is; any thread. */
    public boolean isWaitingForRoom() {
        return isWaitingForRoom;
    }

    private RebuildResult run(RebuildJob job) {
        long endNs = System.nanoTime() + patience.room().toNanos();
        RebuildResult result = runOnce(job);
        boolean isSaid = false;
        while (result.waitsForRoom() && !isClosed && System.nanoTime() < endNs) {
            if (!isSaid) {
                LOG.warn("{}: waits for room", result.problem());
                isWaitingForRoom = true;
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
        List<String> command = JavaCommand.of(List.of(), mainClass, List.of(COMMAND));
        try (ChildProcess child = new ChildProcess("rebuild", ProcessBuilder.Redirect.INHERIT, command)) {
            running = child;
            child.say(JsonBody.text(job));
            String answer = child.answer(patience.silence());
            return JsonBody.readLenient(answer.getBytes(StandardCharsets.UTF_8), RebuildResult.class);
        } catch (IOException | ProtocolException e) {
            return RebuildResult.failed(
                    job.file(), "rebuild failed: file=" + job.file() + ", problem=" + e.getMessage());
        } finally {
            running = null;
        }
    }

    /** Ends what runs: it is begun anew at the next start. */
    @Override
    public void close() {
        isClosed = true;
        ChildProcess child = running;
        if (child != null) {
            child.close();
        }
        thread.shutdownNow();
    }
}
