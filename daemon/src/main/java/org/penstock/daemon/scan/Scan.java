package org.penstock.daemon.scan;

import java.nio.file.Path;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.DetectorState;
import org.penstock.daemon.nexus.NexusNames;
import org.penstock.daemon.nexus.Publication;
import org.penstock.daemon.nexus.ScanDescription;
import org.penstock.daemon.nexus.ScanMaster;
import org.penstock.daemon.nexus.ScanProgress;
import org.penstock.daemon.nexus.WriterStatus;
import org.penstock.daemon.nexus.WrittenMaster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One scan: its detectors, its master, its life.
 *
 * <pre>
 *   OPEN ──first chunk──▶ RUNNING ──all streams ended──▶ COMPLETE | INCOMPLETE | ABORTED
 *     └──────────── idle, or all streams ended ────────▶
 * </pre>
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
public final class Scan {
    private static final Logger LOG = LoggerFactory.getLogger(Scan.class);

    /** Where a scan stands. */
    public enum State {
        OPEN,
        RUNNING,
        COMPLETE,
        INCOMPLETE,
        ABORTED
    }

    private final String id;
    private final ScanDescription description;
    private final Masters masters;
    private final int expectedStreams;
    private final Services services;
    private final List<StreamFiles> streams = new ArrayList<>();
    private final Map<StreamFiles, StreamEnd> ends = new HashMap<>();
    private final List<Consumer<@Nullable String>> afterEnd = new ArrayList<>();
    private State state = State.OPEN;
    private long lastActiveNs = System.nanoTime();
    private long lastMasterNs = System.nanoTime();
    private boolean isPublishing;
    private boolean isMasterDue;

    /**
     * Where its masters are.
     *
     * @param scan the scan master, or null for none
     * @param dataset the dataset master that links to it, or null for none
     */
    public record Masters(@Nullable Path scan, @Nullable Path dataset) {
        static final Masters NONE = new Masters(null, null);
    }

    /** What all scans share. */
    record Services(
            ScanMaster master,
            Publisher publisher,
            Folders folders,
            Clock clock,
            long masterIntervalNs,
            MasterTimer timer) {}

    /** Told how long a master took, in nanoseconds, without fsync. */
    @FunctionalInterface
    public interface MasterTimer {
        void masterWritten(long ns);
    }

    /** A scan that {@code expectedStreams} streams make. */
    Scan(String id, ScanDescription description, Masters masters, int expectedStreams, Services services) {
        this.id = id;
        this.description = description;
        this.masters = masters;
        this.expectedStreams = expectedStreams;
        this.services = services;
    }

    public String id() {
        return id;
    }

    public int number() {
        return description.identity().number();
    }

    public String entry() {
        return description.identity().entryName();
    }

    public Masters masters() {
        return masters;
    }

    boolean hasEnded() {
        return state == State.COMPLETE || state == State.INCOMPLETE || state == State.ABORTED;
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

    /** Notes the first chunk. */
    void started() {
        if (state == State.OPEN) {
            state(State.RUNNING, "first chunk");
            isMasterDue = true;
        }
    }

    /** A stream has ended and its parts are closed; {@code done} gets what went wrong in showing them, or null. */
    void ended(StreamFiles stream, StreamEnd end, Consumer<@Nullable String> done) {
        ends.put(stream, end);
        lastActiveNs = System.nanoTime();
        afterEnd.add(done);
        if (ends.size() == streams.size() && streams.size() >= expectedStreams) {
            finish(end.reason());
        } else {
            isMasterDue = true;
            lastMasterNs = System.nanoTime() - services.masterIntervalNs();
            tick(Long.MAX_VALUE);
        }
    }

    /** Writes the master when parts were closed, at most once an interval; ends the scan when nobody comes. */
    void tick(long idleNs) {
        for (StreamFiles stream : streams) {
            isMasterDue |= stream.takeNewParts();
        }
        long nowNs = System.nanoTime();
        if (ends.size() == streams.size() && nowNs - lastActiveNs > idleNs) {
            finish("no stream came: expected=" + expectedStreams + ", opened=" + streams.size());
        } else if (isMasterDue && !isPublishing && nowNs - lastMasterNs >= services.masterIntervalNs()) {
            publish(writeMaster(running()));
        }
    }

    /** Ends the scan with the streams it has. */
    void finish(String reason) {
        if (hasEnded()) {
            return;
        }
        boolean isAborted = ends.values().stream().anyMatch(StreamEnd::isAborted);
        boolean isComplete =
                streams.size() >= expectedStreams && ends.values().stream().allMatch(StreamEnd::isComplete);
        state(isAborted ? State.ABORTED : isComplete ? State.COMPLETE : State.INCOMPLETE, reason);
        OffsetDateTime now = OffsetDateTime.now(services.clock());
        publish(writeMaster(
                switch (state) {
                    case COMPLETE -> ScanProgress.ended(WriterStatus.SUCCEEDED, now, "SUCCESS");
                    case ABORTED -> ScanProgress.ended(WriterStatus.FAILED, now, "USER_ABORT");
                    default -> ScanProgress.ended(WriterStatus.FAILED, now, "FAILURE");
                }));
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
        lastMasterNs = System.nanoTime();
        Path file = masters.scan();
        if (file == null) {
            return null;
        }
        try {
            List<DetectorState> states = streams.stream()
                    .map(stream -> stream.state(ends.containsKey(stream)))
                    .toList();
            WrittenMaster master = services.master().write(description.withProgress(progress), states, file);
            services.folders().readable(master.publication().temporary());
            master.problems().forEach(problem -> LOG.error("scan {}: {}", entry(), problem.getMessage()));
            services.timer().masterWritten(System.nanoTime() - lastMasterNs);
            return master;
        } catch (StorageException | IllegalArgumentException e) {
            LOG.error("scan master not written: scan={}: {}", entry(), e.getMessage());
            return null;
        }
    }

    /** Publishes a master; what waited for it follows. */
    private void publish(@Nullable WrittenMaster master) {
        List<Consumer<@Nullable String>> waiting = List.copyOf(afterEnd);
        String unwritten =
                master == null && masters.scan() != null ? "scan master not written, the log says why" : null;
        afterEnd.clear();
        Set<String> embedded = master == null ? Set.of() : master.embedded();
        List<Publication> publications = master == null ? List.of() : List.of(master.publication());
        isPublishing = true;
        services.publisher().publish(publications, failure -> {
            isPublishing = false;
            if (failure == null) {
                streams.stream()
                        .filter(stream -> embedded.contains(stream.detector().name()))
                        .forEach(StreamFiles::remove);
            }
            String problem = failure == null ? unwritten : failure.getMessage();
            waiting.forEach(done -> done.accept(problem));
        });
    }

    private void state(State next, String reason) {
        LOG.info("scan {}: {} -> {}: {}, file={}", entry(), state, next, reason, masters.scan());
        state = next;
    }
}
