package org.penstock.daemon.scan;

import java.io.IOException;
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
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.protocol.FrameRange;

/**
 * Finishes scans without a daemon: {@code ./penstock recover}. It does what a daemon does when nobody comes back to a suspended scan, on the thread that
 * calls.
 *
 * <p><b>Threading:</b> confined to the thread that owns HDF5.
 */
public final class ScanRecovery implements AutoCloseable {
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Publisher publisher = new Publisher("publisher", tasks::add);
    private final Publisher linker = new Publisher("linker", tasks::add);
    private final SyncThread syncer = new SyncThread(tasks::add);
    private final ScanRegistry registry;
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
            @Nullable String problem) {
        /** Returns how many frames that were acknowledged are lost: in the parts, or with a part's journal. */
        public long lostFrames() {
            long inStreams =
                    streams.stream().mapToLong(StreamOutcome::lostFrames).sum();
            long inParts = parts.stream()
                    .flatMap(part -> part.bad().stream())
                    .mapToLong(FrameRange::count)
                    .sum();
            return Math.max(inStreams, inParts);
        }
    }

    /**
     * What became of a stream.
     *
     * @param frames length of its dataset
     * @param missingFrames those of them that are not there: they never came, or are lost
     * @param lostFrames those of them that had been acknowledged
     * @param isComplete whether no frame is missing
     * @param reason in words
     */
    public record StreamOutcome(
            String detector,
            String entry,
            long frames,
            long missingFrames,
            long lostFrames,
            boolean isComplete,
            String reason) {}

    /** Recovers with a configuration whose data directory is that of the scans. */
    public ScanRecovery(DaemonConfig config) {
        Clock clock = Clock.system(ZoneId.systemDefault());
        Journals journals = Journals.in(config.storage().journalDir());
        registry = new ScanRegistry(
                config,
                clock,
                journals,
                new ScanRegistry.Threads(publisher, linker, syncer, this::rebuild),
                new ScanRegistry.Told(new Telemetry(), ScanListener.NONE));
    }

    private void rebuild(RebuildJob job, Consumer<RebuildResult> done) {
        RebuildResult result = PartRebuild.run(job, () -> {});
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
                        stream,
                        "recovered after the daemon was gone",
                        (end, closing) -> outcomes.add(outcome(stream, end, closing)));
            }
            while (outcomes.size() < streams.size()) {
                tasks.take().run();
            }
            registry.finishScan(replay.record().scan(), "recovered after the daemon was gone");
            settle();
            return new Recovered(journal, scanFile, outcomes, List.copyOf(rebuilt), unfinished(streams));
        } catch (IOException | RuntimeException e) {
            return new Recovered(journal, null, outcomes, List.copyOf(rebuilt), String.valueOf(e.getMessage()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Recovered(journal, null, outcomes, List.copyOf(rebuilt), "interrupted");
        }
    }

    private static StreamOutcome outcome(ScanRegistry.Suspended stream, StreamEnd end, StreamFiles.Closing closing) {
        StreamFiles files = stream.files().files();
        return new StreamOutcome(
                files.record().detector(),
                stream.files().scan().entry(),
                end.storedFrames(),
                files.missingBelow(end.storedFrames()).frames(),
                count(closing.unreadable()),
                end.isComplete(),
                end.reason());
    }

    private static long count(List<FrameRange> ranges) {
        return ranges.stream().mapToLong(FrameRange::count).sum();
    }

    /** Returns what the stream's journals still lie there for, unless a part says so itself. */
    private @Nullable String unfinished(List<ScanRegistry.Suspended> streams) {
        boolean isTold = rebuilt.stream().anyMatch(part -> part.problem() != null);
        return streams.stream()
                .map(stream -> stream.files().files())
                .filter(files -> files.isUnfinished() && !isTold)
                .map(files -> "not all of it is on the disk for good, its journals stay, the log says why: detector="
                        + files.record().detector())
                .findFirst()
                .orElse(null);
    }

    /** Until nothing follows from anything: masters are published, journals removed. */
    private void settle() throws InterruptedException {
        boolean hasRun = true;
        while (hasRun) {
            publisher.drain();
            linker.drain();
            syncer.drain();
            hasRun = false;
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
                hasRun = true;
            }
            hasRun |= registry.flushLinks();
        }
    }

    @Override
    public void close() {
        publisher.close();
        linker.close();
        syncer.close();
    }
}
