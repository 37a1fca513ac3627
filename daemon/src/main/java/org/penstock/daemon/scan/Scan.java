package org.penstock.daemon.scan;

import java.nio.file.Path;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.description.NexusNames;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.DetectorState;
import org.penstock.daemon.nexus.ScanMaster;
import org.penstock.daemon.nexus.ScanProgress;
import org.penstock.daemon.nexus.WriterStatus;
import org.penstock.daemon.nexus.WrittenMaster;
import org.penstock.daemon.nexus.template.ScanTemplate;
import org.penstock.daemon.storage.ScanRecord;
import org.penstock.daemon.storage.StreamRecord;
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
 *   OPEN ──armed──▶ ARMED
 *     │               │
 *     └───────┬───────┘
 *             │ started, or first chunk
 *             ▼
 *          RUNNING ──all streams ended, stopped, aborted, idle──▶ COMPLETE | INCOMPLETE | ABORTED
 *           │   ▲
 *           ▼   │ first chunk after the daemon was stopped or killed, and started again
 *         SUSPENDED ──all streams ended, stopped, aborted, idle──▶ as above
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
        ARMED,
        RUNNING,
        SUSPENDED,
        COMPLETE,
        INCOMPLETE,
        ABORTED;

        /** Returns whether a scan in this state has come to its end. */
        public boolean hasEnded() {
            return this == COMPLETE || this == INCOMPLETE || this == ABORTED;
        }
    }

    private final ScanRecord record;
    private final ScanJournal journal;
    private final Services services;
    private final List<StreamFiles> streams = new ArrayList<>();
    private final Map<StreamFiles, StreamEnd> ends = new HashMap<>();
    private final List<Telling> afterEnd = new ArrayList<>();
    private final ScanPlan plan;
    private final ScanLife life;
    private ScanMetadata metadata;
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
            MasterLinks links,
            SyncThread syncer,
            OpenScans openScans,
            Folders folders,
            Clock clock,
            long masterIntervalNs,
            long noRoomNs,
            ScanStates states,
            Telemetry telemetry,
            ScanListener listener) {}

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
    Scan(ScanRecord record, ScanJournal journal, KnownScan known, Services services) {
        this.record = record;
        this.journal = journal;
        this.plan = known.plan();
        this.metadata = known.metadata();
        this.services = services;
        this.life = new ScanLife(this, known.state(), services);
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
     * Says what is known of the scan from now on: it is noted in the journal, and the master follows by the usual rules. Returns false, and does nothing, when
     * what is known is not {@code before} any more.
     *
     * @throws ScanStateException when the scan has ended: its master is written
     * @throws StorageException when it cannot be noted; what was known before holds
     */
    public boolean describe(ScanMetadata before, NotedDescription now) {
        life.expectOpen();
        boolean isMadeOfThis = before.equals(metadata);
        if (isMadeOfThis && !now.metadata().equals(before)) {
            journal.note(now);
            metadata = now.metadata();
            isMasterDue = true;
            life.changed(ScanListener.Change.DESCRIBED);
        }
        return isMadeOfThis;
    }

    /** Takes no more streams, and ends when those that are open have ended: whoever orders it sees to that. */
    public void end(ScanOrder order) {
        if (life.order(order)) {
            endAsOrdered();
        }
    }

    /** Goes on with an order that was noted. */
    void endAs(@Nullable ScanOrder order) {
        life.resume(order);
        endAsOrdered();
    }

    private void endAsOrdered() {
        ScanOrder order = life.order();
        if (order != null && haveAllEnded()) {
            finish(order.reason());
        }
    }

    /** Returns where it stands, and lets it be armed and started. */
    public ScanLife life() {
        return life;
    }

    /** Returns the detectors that are expected and have not joined. */
    public List<String> absent() {
        return plan.detectors().stream()
                .map(ScanPlan.Detector::name)
                .filter(name -> !hasDetector(name))
                .toList();
    }

    /** Returns what was said of it when it was created. */
    public ScanPlan plan() {
        return plan;
    }

    /** Returns what its master says of its end, or null while it has not ended. */
    public @Nullable ScanProgress end() {
        return ended;
    }

    /**
     * A detector that has joined.
     *
     * @param end how its stream ended, or null
     */
    public record Joined(StreamRecord record, @Nullable StreamEnd end) {}

    /** Returns the detectors that have joined. */
    public List<Joined> joined() {
        return streams.stream()
                .map(stream -> new Joined(stream.record(), ends.get(stream)))
                .toList();
    }

    /** Returns what its journal keeps of it. */
    public ScanRecord record() {
        return record;
    }

    ScanJournal journal() {
        return journal;
    }

    /** Returns whether it has come to its end. */
    public boolean hasEnded() {
        return life.hasEnded();
    }

    /** Returns whether the scan has ended and its last master is in place, or given up. */
    public boolean isPublished() {
        return isPublished;
    }

    /** Returns whether its master could not be written for want of room. */
    boolean isDiskFull() {
        return isDiskFull;
    }

    /** Returns whether a detector has this name, or one that makes the same group of it. */
    public boolean hasDetector(String name) {
        String group = NexusNames.normalise(name);
        return streams.stream().anyMatch(stream -> stream.detector().groupName().equals(group));
    }

    void add(StreamFiles stream) {
        streams.add(stream);
        touch();
        life.changed(ScanListener.Change.STREAM);
    }

    /** Somebody was here: the idle time begins anew, and the master follows. */
    void touch() {
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
        if (life.firstChunk()) {
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
        life.changed(ScanListener.Change.STREAM);
        if (haveAllEnded() && areAllHere()) {
            ScanOrder order = life.order();
            finish(order == null ? end.reason() : order.reason());
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
        if (haveAllEnded() && (areAllHere() || nowNs - lastActiveNs > plan.idleNs(idleNs))) {
            finish(idleReason());
        } else if (isMasterDue && !isPublishing && nowNs - lastMasterNs >= pauseNs()) {
            publish(writeMaster(running()), false);
        }
    }

    /** A scan of which very much is known must not keep others from being written. */
    private long pauseNs() {
        return Math.max(services.masterIntervalNs(), MASTER_PAUSE * masterNs);
    }

    private String idleReason() {
        ScanOrder order = life.order();
        if (order != null) {
            return order.reason();
        }
        if (areAllHere()) {
            return "completed after a restart";
        }
        return plan.isOpenEnded()
                ? "nobody stopped it, and no stream came any more: opened=" + streams.size()
                : "no stream came: expected=" + record.streams() + ", opened=" + streams.size();
    }

    /** Returns whether no stream is to come any more. */
    private boolean areAllHere() {
        return life.order() != null || (!plan.isOpenEnded() && streams.size() >= record.streams());
    }

    /** Returns whether nothing more is to come; parts of ended streams that were not synced when the daemon went are looked at first. */
    private boolean haveAllEnded() {
        return ends.size() == streams.size() && streams.stream().noneMatch(StreamFiles::isUnderway);
    }

    /** Ends the scan with the streams it has. */
    void finish(String why) {
        if (hasEnded()) {
            return;
        }
        State outcome = outcome();
        life.to(outcome, outcome == State.INCOMPLETE ? why + shortfall() : why);
        OffsetDateTime now = OffsetDateTime.now(services.clock());
        ended = switch (outcome) {
            case COMPLETE -> ScanProgress.ended(WriterStatus.SUCCEEDED, now, "SUCCESS");
            case ABORTED -> ScanProgress.ended(WriterStatus.FAILED, now, isAbandoned() ? "DELETION" : "USER_ABORT");
            default -> ScanProgress.ended(WriterStatus.FAILED, now, "FAILURE");
        };
        lastActiveNs = System.nanoTime();
        publish(writeMaster(ended), true);
    }

    private String shortfall() {
        List<String> incomplete = ends.entrySet().stream()
                .filter(end -> !end.getValue().isComplete())
                .map(end -> end.getKey().record().detector())
                .sorted()
                .toList();
        return (absent().isEmpty() ? "" : ", absent=" + String.join(" ", absent()))
                + (incomplete.isEmpty() ? "" : ", incomplete=" + String.join(" ", incomplete));
    }

    private State outcome() {
        ScanOrder order = life.order();
        boolean isBrokenOff = order != null && order.isAbort();
        if (isBrokenOff || isAbandoned() || ends.values().stream().anyMatch(StreamEnd::isAborted)) {
            return State.ABORTED;
        }
        boolean isWhole = plan.isOpenEnded() ? order != null : streams.size() >= record.streams();
        return isWhole && ends.values().stream().allMatch(StreamEnd::isComplete) ? State.COMPLETE : State.INCOMPLETE;
    }

    /** Returns whether it was created and nobody came, not even to end it. */
    private boolean isAbandoned() {
        return streams.isEmpty() && life.order() == null;
    }

    /** The last master did not find its place, on a full disk as a rule: again, for as long as a stream would wait. */
    private void publishLast(long nowNs) {
        if (!isPublished && !isPublishing && nowNs - lastMasterNs >= LAST_MASTER_NS && ended != null) {
            publish(writeMaster(ended), true);
        }
    }

    /** Closes the files so that they can be read; the scan goes on when the daemon is started again. */
    void suspend(String why) {
        if (hasEnded()) {
            return;
        }
        streams.stream().filter(stream -> !ends.containsKey(stream)).forEach(StreamFiles::suspend);
        journal.tryNote(ScanEvent.of(ScanEvent.Kind.SUSPENDED, why));
        life.to(State.SUSPENDED, why);
        publish(writeMaster(running()), false);
        services.syncer().submit(journal::sync, _ -> journal.close());
    }

    private ScanProgress running() {
        return ScanProgress.running(life.writerStatus(), OffsetDateTime.now(services.clock()));
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
                    .write(
                            record.description(progress.withRecovery(RecoveredParts.of(streams)), metadata),
                            states,
                            file);
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
        } catch (StorageException | IllegalArgumentException e) {
            isDiskFull = e instanceof StorageException failure && failure.reason() == StorageException.Reason.NO_SPACE;
            LOG.error("scan master not written: scan={}: {}", entry(), e.getMessage());
            return null;
        }
    }

    /** Publishes a master; what waited for it follows, when the dataset master shows it too. */
    private void publish(@Nullable WrittenMaster master, boolean isLast) {
        MasterRound round = new MasterRound(master, List.copyOf(afterEnd), isLast);
        String unwritten =
                master == null && masters().scan() != null ? "scan master not written, the log says why" : null;
        afterEnd.clear();
        isPublishing = true;
        services.publisher().publish(round.publications(), failure -> {
            isDiskFull |= failure != null && failure.reason() == StorageException.Reason.NO_SPACE;
            String problem = failure == null ? unwritten : failure.getMessage();
            services.links().whenFound(record, () -> shown(round, problem), what -> noRoom(round, what));
        });
    }

    private void shown(MasterRound round, @Nullable String problem) {
        isPublishing = false;
        boolean waits = round.isLast()
                && problem != null
                && isDiskFull
                && System.nanoTime() - lastActiveNs <= services.noRoomNs();
        services.states().room(masters().scan(), !waits);
        if (waits) {
            afterEnd.addAll(round.waiting());
            noRoom(round, "the end of the scan waits for room");
            return;
        }
        List<Runnable> told =
                round.waiting().stream().map(telling -> telling.shown(problem)).toList();
        isPublished = round.isLast();
        if (round.isLast()) {
            life.changed(ScanListener.Change.CLOSED);
            new ScanRetirement(this, streams, services).begin(round.embedded(), problem == null);
        }
        told.forEach(Runnable::run);
    }

    private void noRoom(MasterRound round, String what) {
        if (!round.waiting().isEmpty()) {
            streams.forEach(stream -> stream.safety().noRoom("disk is full, " + what + ": scan=" + entry()));
        }
    }
}
