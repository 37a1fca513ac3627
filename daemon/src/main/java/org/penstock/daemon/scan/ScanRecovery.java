package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.storage.Journals;
import org.penstock.daemon.storage.PartRebuild;
import org.penstock.daemon.storage.RebuildJob;
import org.penstock.daemon.storage.RebuildResult;
import org.penstock.daemon.storage.SyncThread;

/**
 * Finishes scans without a daemon: {@code ./penstock recover}. It does what a daemon does when nobody comes back to a suspended scan, on the thread that
 * calls.
 *
 * <p><b>Threading:</b> confined to the thread that owns HDF5.
 */
public final class ScanRecovery implements AutoCloseable {
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Publisher publisher = new Publisher(tasks::add);
    private final SyncThread syncer = new SyncThread(tasks::add);
    private final ScanRegistry registry;
    private final Folders folders;
    private final List<RebuildResult> rebuilt = new ArrayList<>();

    /**
     * What became of a scan.
     *
     * @param file its journal
     * @param scanFile its master, or null
     * @param streams what became of its streams
     * @param parts what became of part files that were not closed
     * @param problem why it could not be finished, or null
     */
    public record Recovered(
            Path file,
            @Nullable Path scanFile,
            List<StreamOutcome> streams,
            List<RebuildResult> parts,
            @Nullable String problem) {}

    /** What became of a stream. */
    public record StreamOutcome(
            String detector, String entry, long frames, long missingFrames, boolean isComplete, String reason) {}

    /** Recovers with a configuration whose data directory is that of the scans. */
    public ScanRecovery(DaemonConfig config) {
        Clock clock = Clock.system(ZoneId.systemDefault());
        folders = new Folders(config.storage());
        Journals journals = Journals.in(config.storage().journalDir());
        registry = new ScanRegistry(
                config, clock, journals, new ScanRegistry.Threads(publisher, syncer, this::rebuild), _ -> {});
    }

    private void rebuild(RebuildJob job, Consumer<RebuildResult> done) {
        RebuildResult result = PartRebuild.run(job);
        rebuilt.add(result);
        tasks.add(() -> done.accept(result));
    }

    /** Finishes one scan. */
    public Recovered recover(Path journal) {
        rebuilt.clear();
        List<StreamOutcome> outcomes = new ArrayList<>();
        try {
            ScanReplay replay = ScanReplay.of(journal);
            Path scanFile = replay.record().files().scan();
            List<ScanRegistry.Suspended> streams = registry.resume(replay);
            for (ScanRegistry.Suspended stream : streams) {
                registry.finish(
                        stream, "recovered after the daemon was gone", end -> outcomes.add(outcome(stream, end)));
            }
            while (outcomes.size() < streams.size()) {
                tasks.take().run();
            }
            registry.finishScan(replay.record().scan(), "recovered after the daemon was gone");
            settle();
            return new Recovered(journal, scanFile, outcomes, List.copyOf(rebuilt), null);
        } catch (IOException | RuntimeException e) {
            return new Recovered(journal, null, outcomes, List.copyOf(rebuilt), String.valueOf(e.getMessage()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Recovered(journal, null, outcomes, List.copyOf(rebuilt), "interrupted");
        }
    }

    private static StreamOutcome outcome(ScanRegistry.Suspended stream, StreamEnd end) {
        StreamFiles files = stream.files().files();
        long missing = files.missingBelow(end.storedFrames()).stream()
                .mapToLong(range -> range.count())
                .sum();
        return new StreamOutcome(
                files.record().detector(),
                stream.files().scan().entry(),
                end.storedFrames(),
                missing,
                end.isComplete(),
                end.reason());
    }

    /** Looks at a scan and changes nothing. */
    public Recovered look(Path journal) {
        List<RebuildResult> parts = new ArrayList<>();
        try {
            ScanReplay replay = ScanReplay.of(journal);
            replay.streams()
                    .values()
                    .forEach(stream -> stream.parts.forEach((number, part) -> {
                        List<String> journals = part.journals.stream()
                                .filter(Files::exists)
                                .map(Path::toString)
                                .toList();
                        if (!journals.isEmpty()) {
                            String file = stream.record.names().file(number).toString();
                            parts.add(PartRebuild.run(new RebuildJob(
                                    file, journals, null, true, part.isSuspect, folders.fileMode(), folders.group())));
                        }
                    }));
            return new Recovered(journal, replay.record().files().scan(), List.of(), parts, null);
        } catch (IOException e) {
            return new Recovered(journal, null, List.of(), parts, String.valueOf(e.getMessage()));
        }
    }

    /** Until nothing follows from anything: masters are published, journals removed. */
    private void settle() throws InterruptedException {
        for (int round = 0; round < 4; round++) {
            publisher.drain();
            syncer.drain();
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }

    @Override
    public void close() {
        publisher.close();
        syncer.close();
    }
}
