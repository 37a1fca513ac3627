package org.penstock.daemon.metrics;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much room the disks have, and when they will be full. A file system that hangs holds up this watch and nobody who asks it.
 *
 * <p><b>Threading:</b> looks on threads of its own, {@code disk-watch}, one a directory; read by any.
 */
public final class DiskWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);
    private static final long LOOK_MS = 2_000;
    private static final long PACE_NS = 60_000_000_000L;

    /** What a disk takes in seconds says nothing about hours. */
    private static final long LEAST_PACE_NS = 20_000_000_000L;

    private final Map<String, Watched> watched = new TreeMap<>();
    private final ScheduledExecutorService threads;

    /**
     * What was seen of a file system.
     *
     * @param freeBytes that this account may take
     * @param fullInSeconds at the pace of the last minute; infinite while it does not fill, or is not watched for long enough to tell
     * @param atNs by {@link System#nanoTime()}
     */
    record Look(long totalBytes, long freeBytes, double fullInSeconds, long atNs) {}

    /**
     * Begins to look.
     *
     * @param directories by name
     */
    public DiskWatch(Map<String, Path> directories) {
        threads = Executors.newScheduledThreadPool(
                directories.size(),
                task -> Thread.ofPlatform().daemon().name("disk-watch").unstarted(task));
        directories.forEach((name, directory) -> {
            Watched disk = new Watched(directory);
            watched.put(name, disk);
            threads.scheduleWithFixedDelay(disk::look, 0, LOOK_MS, TimeUnit.MILLISECONDS);
        });
    }

    /** Reads something of each disk that has been looked at. */
    <T> Map<String, T> read(Function<Look, T> what) {
        Map<String, T> values = new TreeMap<>();
        watched.forEach((name, disk) -> {
            Look look = disk.last;
            if (look != null) {
                values.put(name, what.apply(look));
            }
        });
        return values;
    }

    /** Returns since when each disk was not looked at. */
    Map<String, Double> silentSeconds() {
        Map<String, Double> seconds = new TreeMap<>();
        long nowNs = System.nanoTime();
        watched.forEach((name, disk) -> {
            Look look = disk.last;
            seconds.put(name, (nowNs - (look == null ? disk.beginNs : look.atNs)) / 1e9);
        });
        return seconds;
    }

    /** Looks no more. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** One directory. Confined to its thread, but for what is last. */
    static final class Watched {
        private final Path directory;
        private final long beginNs = System.nanoTime();
        private final Deque<Look> minute = new ArrayDeque<>();
        private boolean isSaid;
        private volatile @Nullable Look last;

        Watched(Path directory) {
            this.directory = directory;
        }

        private void look() {
            try {
                FileStore store = Files.getFileStore(directory);
                note(store.getTotalSpace(), store.getUsableSpace(), System.nanoTime());
                isSaid = false;
            } catch (IOException e) {
                if (!isSaid) {
                    LOG.warn("room on the disk not read: directory={}: {}", directory, e.getMessage());
                }
                isSaid = true; // once, until it is read again
            }
        }

        /** Notes what the file system says and returns what follows from it. */
        Look note(long totalBytes, long freeBytes, long nowNs) {
            while (!minute.isEmpty() && nowNs - minute.getFirst().atNs > PACE_NS) {
                minute.removeFirst();
            }
            Look look = new Look(totalBytes, freeBytes, fullInSeconds(freeBytes, nowNs), nowNs);
            minute.addLast(look);
            last = look;
            return look;
        }

        private double fullInSeconds(long freeBytes, long nowNs) {
            if (minute.isEmpty()) {
                return Double.POSITIVE_INFINITY;
            }
            Look first = minute.getFirst();
            if (nowNs - first.atNs < LEAST_PACE_NS) {
                return Double.POSITIVE_INFINITY;
            }
            double bytesPerSecond = (first.freeBytes - freeBytes) / ((nowNs - first.atNs) / 1e9);
            return bytesPerSecond > 0 ? freeBytes / bytesPerSecond : Double.POSITIVE_INFINITY;
        }
    }
}
