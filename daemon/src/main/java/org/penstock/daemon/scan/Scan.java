package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.NexusNames;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.DetectorState;
import org.penstock.daemon.nexus.Publication;
import org.penstock.daemon.nexus.ScanMaster;
import org.penstock.daemon.nexus.ScanProgress;
import org.penstock.daemon.nexus.WriterStatus;
import org.penstock.daemon.nexus.WrittenMaster;
import org.penstock.daemon.nexus.template.ScanTemplate;
import org.penstock.daemon.storage.ScanRecord;
import org.penstock.daemon.storage.SyncThread;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.daemon.telemetry.Timing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One scan: its detectors, its master, its life. It outlives the daemon: its journal is there until all of it is complete and on the disk.
 *
 * <pre>
 *   OPEN ──first chunk──▶ RUNNING ──all streams ended──▶ COMPLETE | INCOMPLETE | ABORTED
 *     │                    │   ▲
 *     │  daemon stops,     ▼   │ first chunk after a restart
 *     └──or is killed──▶ SUSPENDED ──idle, or all streams ended──▶ as above
 * </pre>
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
public final class Scan {
    private static final Logger LOG = LoggerFactory.getLogger(Scan.class);
    /** Writing masters of one scan takes a tenth of hdf5-writer at most. */
    private static final long MASTER_PAUSE = 10;

    private static final long LAST_MASTER_NS = 500_000_000;

    /** Where a scan stands. */
    public enum State {
        OPEN,
        RUNNING,
        SUSPENDED,
        COMPLETE,
        INCOMPLETE,
        ABORTED
    }

    private final ScanRecord record;
    private final ScanJournal journal;
    private final Services services;
    private final List<StreamFiles> streams = new ArrayList<>();
    private final Map<StreamFiles, StreamEnd> ends = new HashMap<>();
    private final List<Telling> afterEnd = new ArrayList<>();
    private ScanMetadata metadata;
    private State state;
    private long lastActiveNs = System.nanoTime();
    private long lastMasterNs = System.nanoTime();
    private long masterNs;
    private boolean isPublishing;
    private boolean isMasterDue;
    private @Nullable ScanProgress ended;
    private boolean isPublished;
    private boolean isDiskFull;

    /** What all scans share. */
    record Services(
            ScanMaster master,
            ScanTemplate template,
            Publisher publisher,
            SyncThread syncer,
            OpenScans openScans,
            Folders folders,
            Clock clock,
            long masterIntervalNs,
            long noRoomNs,
            ScanStates states,
            Telemetry telemetry) {}

    /**
     * Told that a stream which has ended is shown by a published master.
     *
     * <p>What it does must be done before the scan's journal forgets the stream; what it returns is run when it has.
     */
    @FunctionalInterface
    public interface Telling {
        /** {@code problem} is what went wrong in showing it, or null. */
        Runnable shown(@Nullable String problem);
    }

    /** A scan that is opened, or taken up again. */
    Scan(ScanRecord record, ScanJournal journal, State state, ScanMetadata metadata, Services services) {
        this.record = record;
        this.metadata = metadata;
        this.journal = journal;
        this.state = state;
        this.services = services;
    }

    public String id() {
        return record.scan();
    }

    public int number() {
        return record.number();
    }

    public String entry() {
        return services.template().entryName(record.number());
    }

    /** Returns its masters; all null when another program writes them. */
    public ScanRecord.Files masters() {
        return record.files();
    }

    /** Returns what is known of the scan. */
    public ScanMetadata metadata() {
        return metadata;
    }

    /**
     * Says what is known of the scan from now on: it is noted in the journal, and the master follows by the usual rules.
     *
     * @throws IllegalStateException when the scan has ended: its master is written
     * @throws StorageException when it cannot be noted; what was known before holds
     */
    public void describe(ScanMetadata known) {
        if (hasEnded()) {
            throw new IllegalStateException(
                    "scan has ended, nothing can be added: scan=" + entry() + ", state=" + state);
        }
        journal.note(ScanEvent.described(known.json()));
        metadata = known;
        isMasterDue = true;
    }

    ScanRecord record() {
        return record;
    }

    ScanJournal journal() {
        return journal;
    }

    boolean hasEnded() {
        return state == State.COMPLETE || state == State.INCOMPLETE || state == State.ABORTED;
    }

    /** Returns whether the scan has ended and its last master is in place, or given up. */
    boolean isPublished() {
        return isPublished;
    }

    /** Returns whether a detector has this name, or one that makes the same group of it. */
    boolean hasDetector(String name) {
        String group = NexusNames.normalise(name);
        return streams.stream().anyMatch(stream -> stream.detector().groupName().equals(group));
    }

    void add(StreamFiles stream) {
        streams.add(stream);
        lastActiveNs = System.nanoTime();
        isMasterDue = true;
    }

    /** Takes up a stream that had ended before the daemon was started. */
    void addEnded(StreamFiles stream, StreamEnd end) {
        add(stream);
        stream.endedWith(end.storedFrames());
        ends.put(stream, end);
    }

    /** Notes the first chunk. */
    void started() {
        if (state == State.OPEN || state == State.SUSPENDED) {
            state(State.RUNNING, state == State.OPEN ? "first chunk" : "first chunk after a restart");
            isMasterDue = true;
        }
    }

    /** A stream has ended and its parts are closed. */
    void ended(StreamFiles stream, StreamEnd end, Telling telling) {
        ends.put(stream, end);
        lastActiveNs = System.nanoTime();
        afterEnd.add(problem -> {
            Runnable told = telling.shown(problem);
            journal.tryNote(ScanEvent.ended(stream.record().stream(), end));
            return told;
        });
        if (haveAllEnded() && streams.size() >= record.streams()) {
            finish(end.reason());
        } else {
            isMasterDue = true;
            lastMasterNs = System.nanoTime() - pauseNs();
            tick(Long.MAX_VALUE);
        }
    }

    /** Writes the master when parts were closed, at most once an interval; ends the scan when nobody comes. */
    void tick(long idleNs) {
        long nowNs = System.nanoTime();
        if (ended != null) {
            publishLast(nowNs);
            return;
        }
        for (StreamFiles stream : streams) {
            if (!ends.containsKey(stream)) {
                stream.tick(nowNs);
            }
            isMasterDue |= stream.takeNewParts();
        }
        boolean areAllHere = streams.size() >= record.streams();
        if (haveAllEnded() && (areAllHere || nowNs - lastActiveNs > idleNs)) {
            finish(
                    areAllHere
                            ? "completed after a restart"
                            : "no stream came: expected=" + record.streams() + ", opened=" + streams.size());
        } else if (isMasterDue && !isPublishing && nowNs - lastMasterNs >= pauseNs()) {
            publish(writeMaster(running()), false);
        }
    }

    /** A scan of which very much is known must not keep others from being written. */
    private long pauseNs() {
        return Math.max(services.masterIntervalNs(), MASTER_PAUSE * masterNs);
    }

    /** Returns whether nothing more is to come; parts of ended streams that were not synced when the daemon went are looked at first. */
    private boolean haveAllEnded() {
        return ends.size() == streams.size() && streams.stream().noneMatch(StreamFiles::isUnderway);
    }

    /** Ends the scan with the streams it has. */
    void finish(String reason) {
        if (hasEnded()) {
            return;
        }
        boolean isAborted = ends.values().stream().anyMatch(StreamEnd::isAborted);
        boolean isComplete =
                streams.size() >= record.streams() && ends.values().stream().allMatch(StreamEnd::isComplete);
        state(isAborted ? State.ABORTED : isComplete ? State.COMPLETE : State.INCOMPLETE, reason);
        OffsetDateTime now = OffsetDateTime.now(services.clock());
        ended = switch (state) {
            case COMPLETE -> ScanProgress.ended(WriterStatus.SUCCEEDED, now, "SUCCESS");
            case ABORTED -> ScanProgress.ended(WriterStatus.FAILED, now, "USER_ABORT");
            default -> ScanProgress.ended(WriterStatus.FAILED, now, "FAILURE");
        };
        lastActiveNs = System.nanoTime();
        publish(writeMaster(ended), true);
    }

    /** The last master did not find its place, on a full disk as a rule: again, for as long as a stream would wait. */
    private void publishLast(long nowNs) {
        if (!isPublished && !isPublishing && nowNs - lastMasterNs >= LAST_MASTER_NS && ended != null) {
            publish(writeMaster(ended), true);
        }
    }

    /** Closes the files so that they can be read; the scan goes on when the daemon is started again. */
    void suspend(String reason) {
        if (hasEnded()) {
            return;
        }
        streams.stream().filter(stream -> !ends.containsKey(stream)).forEach(StreamFiles::suspend);
        journal.tryNote(ScanEvent.of(ScanEvent.Kind.SUSPENDED, reason));
        state(State.SUSPENDED, reason);
        publish(writeMaster(running()), false);
        services.syncer().submit(journal::sync, _ -> journal.close());
    }

    private ScanProgress running() {
        WriterStatus status = state == State.OPEN ? WriterStatus.STARTING : WriterStatus.RUNNING;
        return ScanProgress.running(status, OffsetDateTime.now(services.clock()));
    }

    /** Writes the master as things stand, to be published by the caller; null when there is none. */
    @Nullable WrittenMaster writeMaster() {
        return writeMaster(running());
    }

    private @Nullable WrittenMaster writeMaster(ScanProgress progress) {
        isMasterDue = false;
        isDiskFull = false;
        lastMasterNs = System.nanoTime();
        Path file = masters().scan();
        if (file == null) {
            return null;
        }
        try {
            List<DetectorState> states = streams.stream()
                    .map(stream -> stream.state(ends.containsKey(stream)))
                    .toList();
            WrittenMaster master = services.master()
                    .write(record.description(progress.withRecovery(recovery()), metadata), states, file);
            services.folders().readable(master.publication().temporary());
            if (progress.isEnded()) {
                master.remarks().forEach(remark -> LOG.warn("scan {}: {}", entry(), remark));
            }
            master.problems().forEach(problem -> LOG.error("scan {}: {}", entry(), problem.getMessage()));
            masterNs = System.nanoTime() - lastMasterNs;
            services.telemetry().increment(Counter.MASTERS_WRITTEN);
            services.telemetry().add(Counter.MASTER_NS, masterNs);
            services.telemetry().took(Timing.MASTER, masterNs);
            return master;
        } catch (StorageException e) {
            isDiskFull = e.reason() == StorageException.Reason.NO_SPACE;
            LOG.error("scan master not written: scan={}: {}", entry(), e.getMessage());
            return null;
        } catch (IllegalArgumentException e) {
            LOG.error("scan master not written: scan={}: {}", entry(), e.getMessage());
            return null;
        }
    }

    private @Nullable String recovery() {
        List<String> recovered = streams.stream()
                .filter(StreamFiles::isRecovered)
                .map(stream -> stream.record().detector())
                .toList();
        return recovered.isEmpty()
                ? null
                : "part files were made anew, chunk by chunk checked against the journal, after the daemon or a disk failed:"
                        + " detectors=" + String.join(" ", recovered) + "; what is lost is in missing beside the data";
    }

    /** Publishes a master; what waited for it follows. */
    private void publish(@Nullable WrittenMaster master, boolean isLast) {
        List<Telling> waiting = List.copyOf(afterEnd);
        String unwritten =
                master == null && masters().scan() != null ? "scan master not written, the log says why" : null;
        afterEnd.clear();
        Set<String> embedded = master == null ? Set.of() : master.embedded();
        List<Publication> publications = master == null ? List.of() : List.of(master.publication());
        isPublishing = true;
        services.publisher().publish(publications, failure -> {
            isPublishing = false;
            String problem = failure == null ? unwritten : failure.getMessage();
            isDiskFull |= failure != null && failure.reason() == StorageException.Reason.NO_SPACE;
            boolean waits = isDiskFull && System.nanoTime() - lastActiveNs <= services.noRoomNs();
            if (isLast && problem != null && waits) {
                afterEnd.addAll(waiting);
                streams.forEach(stream ->
                        stream.safety().noRoom("disk is full, the end of the scan waits for room: scan=" + entry()));
                return;
            }
            List<Runnable> told =
                    waiting.stream().map(telling -> telling.shown(problem)).toList();
            isPublished = isLast;
            if (isLast) {
                retire(embedded, problem == null);
            }
            told.forEach(Runnable::run);
        });
    }

    /** The scan is complete: its journal is not needed any more, once it is known that its parts are on the disk. */
    private void retire(Set<String> embedded, boolean isShown) {
        // behind the syncs of the parts: one that failed has told so by then, and the next start goes on from there
        services.syncer().submit(() -> {}, _ -> {
            if (isShown && streams.stream().noneMatch(StreamFiles::isUnfinished)) {
                finished(embedded);
            } else if (streams.stream().noneMatch(StreamFiles::isUnderway)) {
                journal.close();
            }
        });
    }

    private void finished(Set<String> embedded) {
        List<StreamFiles> moved = streams.stream()
                .filter(stream -> embedded.contains(stream.detector().name()))
                .toList();
        if (!journal.tryNote(ScanEvent.finished(
                moved.stream().map(stream -> stream.record().stream()).toList()))) {
            journal.close();
            return;
        }
        // part files may be gone only where it is on the disk that their data is in the master
        services.syncer().submit(journal::sync, failure -> {
            if (failure != null) {
                LOG.error(
                        "end of scan {} not on the disk, the next start looks after it: {}",
                        entry(),
                        failure.getMessage());
                journal.close();
                return;
            }
            moved.forEach(StreamFiles::remove);
            journal.close();
            services.syncer().submit(this::removeJournal, this::journalRemoved);
        });
    }

    private void removeJournal() throws IOException {
        Files.deleteIfExists(journal.file());
        services.openScans().remove(id());
    }

    private void journalRemoved(@Nullable IOException failure) {
        if (failure != null) {
            LOG.warn("scan journal not removed: file={}: {}", journal.file(), failure.getMessage());
        }
    }

    private void state(State next, String reason) {
        LOG.info(
                "scan {}: {} -> {}: {}, file={}",
                entry(),
                state,
                next,
                reason,
                masters().scan());
        services.states().changed(state, next);
        state = next;
    }
}
