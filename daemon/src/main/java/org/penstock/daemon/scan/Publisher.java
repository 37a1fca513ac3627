package org.penstock.daemon.scan;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
 * <p><b>Threading:</b> called by hdf5-writer; works on {@code publisher}; what is to be done afterwards runs on {@code afterwards}.
 */
public final class Publisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
    private static final long CLOSE_SECONDS = 60;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "publisher"));
    private final Executor afterwards;
    private final Map<Path, Future<?>> pending = new HashMap<>();

    /** Runs what follows a publication on {@code afterwards}, which is hdf5-writer. */
    public Publisher(Executor afterwards) {
        this.afterwards = afterwards;
    }

    /** Publishes in order, then calls {@code done} with the first failure, or null. */
    void publish(List<Publication> publications, Consumer<@Nullable StorageException> done) {
        Future<?> job = thread.submit(() -> {
            StorageException failure = publishAll(publications);
            afterwards.execute(() -> {
                publications.forEach(publication -> pending.remove(publication.target()));
                done.accept(failure);
            });
        });
        publications.forEach(publication -> pending.put(publication.target(), job));
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

    /** Waits until a file is published: the next version of a link master is made from the one before. */
    void await(Path target) {
        Future<?> job = pending.get(target);
        if (job == null) {
            return;
        }
        try {
            job.get();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("publisher failed: target=" + target, e);
        }
    }

    /** Waits until all that was handed over is published; what follows from it on hdf5-writer may not be done. */
    void drain() {
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
