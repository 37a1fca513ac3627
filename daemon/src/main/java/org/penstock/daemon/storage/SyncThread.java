package org.penstock.daemon.storage;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the disk, so that nobody else has to: one thread, {@code syncer}, one thing after the other.
 *
 * <p><b>Threading:</b> called by hdf5-writer; works on {@code syncer}; what is to be done afterwards runs on {@code afterwards}, which is hdf5-writer.
 */
public final class SyncThread implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SyncThread.class);
    private static final long CLOSE_SECONDS = 60;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "syncer"));
    private final Executor afterwards;

    /** Something that waits for the disk. */
    @FunctionalInterface
    public interface Sync {
        void run() throws IOException;
    }

    public SyncThread(Executor afterwards) {
        this.afterwards = afterwards;
    }

    /** Runs something that waits for the disk, then {@code done} with what went wrong, or null. */
    public void submit(Sync sync, Consumer<@Nullable IOException> done) {
        if (thread.isShutdown()) {
            return; // the daemon stops: journals stay, and the next start does the rest
        }
        thread.execute(() -> {
            @Nullable IOException failure = null;
            try {
                sync.run();
            } catch (IOException e) {
                failure = e;
            } catch (RuntimeException e) {
                // this thread outlives every fault
                LOG.error("sync failed", e);
                failure = new IOException("a fault of the daemon's own: " + e, e);
            }
            @Nullable IOException outcome = failure;
            afterwards.execute(() -> done.accept(outcome));
        });
    }

    /** Waits until all that was submitted is done; what follows from it on hdf5-writer may not be. */
    public void drain() {
        try {
            thread.submit(() -> {}).get();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("syncer failed", e);
        }
    }

    /** Does what is left and ends the thread. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.error("files not synced in time: seconds={}", CLOSE_SECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
