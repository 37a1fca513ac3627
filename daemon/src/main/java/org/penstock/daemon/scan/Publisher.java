package org.penstock.daemon.scan;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.Publication;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes masters durable and gives them their names, in the order in which they were made, on a thread of its own: hdf5-writer does not wait
 * for the disk.
 *
 * <p><b>Threading:</b> called by hdf5-writer; works on a thread of its own; what is to be done afterwards runs on {@code afterwards}.
 */
public final class Publisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
    private static final long CLOSE_SECONDS = 60;

    private final ExecutorService thread;
    private final Executor afterwards;

    /**
     * Starts a thread.
     *
     * @param name of the thread
     * @param afterwards runs what follows a publication: hdf5-writer
     */
    public Publisher(String name, Executor afterwards) {
        this.thread = Executors.newSingleThreadExecutor(task -> new Thread(task, name));
        this.afterwards = afterwards;
    }

    /** Publishes in order, then calls {@code done} with the first failure, or null. */
    void publish(List<Publication> publications, Consumer<@Nullable StorageException> done) {
        thread.execute(() -> {
            StorageException failure = publishAll(publications);
            afterwards.execute(() -> done.accept(failure));
        });
    }

    private static @Nullable StorageException publishAll(List<Publication> publications) {
        StorageException first = null;
        for (Publication publication : publications) {
            try {
                publication.publish();
            } catch (StorageException e) {
                if (e.reason() == StorageException.Reason.STALE) {
                    LOG.info("{}", e.getMessage());
                } else {
                    LOG.error("master not published: {}", e.getMessage());
                }
                publication.discard();
                first = first == null ? e : first;
            }
        }
        return first;
    }

    /** Waits until all that was handed over is published; what follows from it on hdf5-writer may not be done. */
    public void drain() {
        try {
            thread.submit(() -> {}).get();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("publisher failed", e);
        }
    }

    /** Publishes what is left and ends the thread. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.error("masters not published in time: seconds={}", CLOSE_SECONDS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
