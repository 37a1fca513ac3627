package org.penstock.daemon.control;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.nexus.ScanProgress;
import org.penstock.daemon.scan.Scan;
import org.penstock.daemon.scan.ScanLife;
import org.penstock.daemon.scan.ScanListener;
import org.penstock.daemon.scan.ScanPlan;
import org.penstock.daemon.scan.StreamEnd;
import org.penstock.daemon.storage.ScanRecord;

/**
 * Scans as they stand, those that are open and the last {@value #KEPT} that ended, in this life of the daemon or another, and what happens to them.
 *
 * <p><b>Threading:</b> confined to hdf5-writer, but for {@link #events}.
 */
public final class ScanHistory implements ScanListener {
    private static final int KEPT = 1000;

    private final Supplier<Duration> idleTimeout;
    private final StreamCounts counts;
    private final EventLog events;
    private final Map<String, Scan> open = new LinkedHashMap<>();
    private final Map<String, String> idsByKey = new LinkedHashMap<>();
    private final EndedScans kept;
    private final Map<String, EndedScans.Ended> ended = new LinkedHashMap<>();
    private final Map<String, Long> endings = new HashMap<>();

    /**
     * Begins with the scans that have ended before the daemon was started.
     *
     * @param idleTimeout of scans that do not say it, as it is now
     */
    public ScanHistory(Clock clock, Supplier<Duration> idleTimeout, StreamCounts counts, EndedScans kept)
            throws IOException {
        this.idleTimeout = idleTimeout;
        this.counts = counts;
        this.kept = kept;
        this.events = new EventLog(clock.millis());
        kept.load(KEPT).forEach(this::remember);
    }

    @Override
    public void changed(Scan scan, Change change) {
        if (change == Change.STREAM && !open.containsKey(scan.id())) {
            return; // a scan that is being opened with this stream: whether it will be is not known yet
        }
        ScanStatus status = status(scan, change == Change.CLOSED);
        long event = events.add(change.name().toLowerCase(Locale.ROOT), status);
        if (change == Change.CLOSED) {
            open.remove(scan.id());
            EndedScans.Ended past = new EndedScans.Ended(status, scan.plan());
            remember(past);
            endings.put(scan.id(), event);
            kept.keep(past);
            forgetOldest();
        } else {
            open.put(scan.id(), scan);
            know(scan.plan(), scan.id());
        }
    }

    private void remember(EndedScans.Ended past) {
        ended.put(past.status().id(), past);
        know(past.plan(), past.status().id());
    }

    private void know(ScanPlan plan, String id) {
        String key = plan.key();
        if (key != null) {
            idsByKey.put(key, id);
        }
    }

    private void forgetOldest() {
        if (ended.size() > KEPT) {
            Map.Entry<String, EndedScans.Ended> oldest =
                    ended.entrySet().iterator().next();
            String key = oldest.getValue().plan().key();
            if (key != null) {
                idsByKey.remove(key, oldest.getKey());
            }
            kept.forget(oldest.getKey());
            ended.remove(oldest.getKey());
            endings.remove(oldest.getKey());
        }
    }

    EventLog events() {
        return events;
    }

    /** Returns a scan, or null when it was never here or is forgotten. */
    @Nullable ScanStatus of(String id) {
        Scan scan = open.get(id);
        if (scan != null) {
            return status(scan, false);
        }
        EndedScans.Ended past = ended.get(id);
        return past == null ? null : past.status();
    }

    /** Returns the number of the event that told of a scan's end, 0 when that was in an earlier life, null while it has none. */
    @Nullable Long closedBy(String id) {
        return ended.containsKey(id) ? endings.getOrDefault(id, 0L) : null;
    }

    /** Returns the scan that was created by this key, or null. */
    @Nullable ScanStatus ofKey(String key) {
        String id = idsByKey.get(key);
        return id == null ? null : of(id);
    }

    /** Returns what was said when a scan was created. */
    ScanPlan planOf(String id) {
        Scan scan = open.get(id);
        EndedScans.Ended past = ended.get(id);
        return scan != null ? scan.plan() : past != null ? past.plan() : ScanPlan.NONE;
    }

    /** Returns all scans, the oldest first. */
    List<ScanStatus> all() {
        List<ScanStatus> all = new ArrayList<>();
        ended.values().forEach(past -> all.add(past.status()));
        open.values().forEach(scan -> all.add(status(scan, false)));
        return all;
    }

    /** Returns the scans that have not ended. */
    List<Scan> open() {
        return List.copyOf(open.values());
    }

    private ScanStatus status(Scan scan, boolean isClosed) {
        ScanRecord record = scan.record();
        ScanRecord.Files files = scan.masters();
        ScanLife life = scan.life();
        ScanProgress end = scan.end();
        Double idle = scan.plan().idleSeconds();
        String title = scan.metadata().title();
        return new ScanStatus(
                scan.id(),
                scan.plan().key(),
                record.number(),
                scan.entry(),
                life.state().name(),
                life.reason(),
                life.since().toString(),
                life.order() != null && end == null,
                isClosed,
                end == null ? life.writerStatus().name() : end.status().name(),
                end == null ? null : end.endReason(),
                record.startTime(),
                end == null ? null : String.valueOf(end.endTime()),
                title == null ? record.title() : title,
                record.proposal(),
                record.beamline(),
                record.session(),
                record.sample(),
                record.dataset(),
                files.scan() == null ? "none" : "scan",
                record.folder(),
                files.scan() == null ? null : files.scan().toString(),
                files.dataset() == null ? null : files.dataset().toString(),
                idle == null ? idleTimeout.get().toMillis() / 1e3 : idle,
                detectors(scan));
    }

    private List<ScanStatus.Detector> detectors(Scan scan) {
        List<ScanStatus.Detector> detectors = new ArrayList<>();
        for (Scan.Joined joined : scan.joined()) {
            StreamEnd end = joined.end();
            String stream = joined.record().stream();
            detectors.add(new ScanStatus.Detector(
                    joined.record().detector(),
                    joined.record().frames(),
                    end == null ? "open" : state(end),
                    end == null ? null : end.reason(),
                    stream,
                    counts.of(stream)));
        }
        for (ScanPlan.Detector expected : scan.plan().detectors()) {
            if (!scan.hasDetector(expected.name())) {
                detectors.add(
                        new ScanStatus.Detector(expected.name(), expected.frames(), "expected", null, null, null));
            }
        }
        return detectors;
    }

    private static String state(StreamEnd end) {
        return end.isAborted() ? "aborted" : end.isComplete() ? "complete" : "incomplete";
    }
}
