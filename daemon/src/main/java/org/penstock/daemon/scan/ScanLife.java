package org.penstock.daemon.scan;

import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.nexus.WriterStatus;
import org.penstock.daemon.scan.Scan.State;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The states of a scan. Every step has a reason, is a line of the log, and is told to the listener; those that were ordered are in the journal.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
public final class ScanLife {
    private static final Logger LOG = LoggerFactory.getLogger(Scan.class);

    private final Scan scan;
    private final Scan.Services services;
    private State state;
    private String reason = "created";
    private OffsetDateTime since;
    private @Nullable ScanOrder order;

    ScanLife(Scan scan, State state, Scan.Services services) {
        this.scan = scan;
        this.state = state;
        this.services = services;
        this.since = OffsetDateTime.now(services.clock());
    }

    /** Returns where the scan stands. */
    public State state() {
        return state;
    }

    /** Returns why it stands there. */
    public String reason() {
        return reason;
    }

    /** Returns since when. */
    public OffsetDateTime since() {
        return since;
    }

    /** Returns that it was told to end, or null. */
    public @Nullable ScanOrder order() {
        return order;
    }

    boolean hasEnded() {
        return state.hasEnded();
    }

    /** Returns what the scan's master says while it has not ended. */
    public WriterStatus writerStatus() {
        return isExpecting() ? WriterStatus.STARTING : WriterStatus.RUNNING;
    }

    /** Returns whether no frame has come, and it was not started. */
    boolean isExpecting() {
        return state == State.OPEN || state == State.ARMED;
    }

    /**
     * Lets a detector join, or not.
     *
     * @throws ProtocolException when the scan ends, does not expect it, or has it already
     */
    void admit(String detector) {
        if (hasEnded() || order != null) {
            throw new ProtocolException(
                    ErrorCode.UNKNOWN_SCAN, "scan has ended, or is ending: key=scan.join, actual=" + scan.id());
        }
        scan.plan().expect(detector, scan.entry());
        if (scan.hasDetector(detector)) {
            throw new ProtocolException(
                    ErrorCode.DUPLICATE_DETECTOR,
                    "detector is in the scan already: key=detector, actual=" + detector + ", scan=" + scan.entry());
        }
    }

    /**
     * Refuses what comes too late.
     *
     * @throws ScanStateException when the scan has ended: its last master is written
     */
    void expectOpen() {
        if (hasEnded()) {
            throw new ScanStateException("scan has ended: scan=" + scan.entry() + ", state=" + state);
        }
    }

    /**
     * Expects the first frame: all detectors that the scan knows of have joined.
     *
     * @throws ScanStateException when one has not, naming it, or the scan has gone further
     */
    public void arm(String why) {
        if (state == State.ARMED) {
            return;
        }
        if (state != State.OPEN) {
            throw new ScanStateException("scan cannot be armed any more: scan=" + scan.entry() + ", state=" + state);
        }
        List<String> absent = scan.absent();
        if (!absent.isEmpty()) {
            throw new ScanStateException("scan cannot be armed, detectors have not joined yet: scan=" + scan.entry()
                    + ", absent=" + String.join(" ", absent));
        }
        scan.journal().note(ScanEvent.of(ScanEvent.Kind.ARMED, why));
        scan.touch();
        to(State.ARMED, why);
    }

    /**
     * Runs from now on, whether a frame has come or not.
     *
     * @throws ScanStateException when it has ended
     */
    public void start(String why) {
        expectOpen();
        if (state != State.RUNNING) {
            scan.journal().note(ScanEvent.of(ScanEvent.Kind.STARTED, why));
            scan.touch();
            to(State.RUNNING, why);
        }
    }

    /** Takes the order to end; returns whether it is a new one. An abort is not taken back by a stop. */
    boolean order(ScanOrder ordered) {
        if (hasEnded() || (order != null && (order.isAbort() || !ordered.isAbort()))) {
            return false;
        }
        scan.journal()
                .tryNote(ScanEvent.of(
                        ordered.isAbort() ? ScanEvent.Kind.ABORTING : ScanEvent.Kind.STOPPING, ordered.reason()));
        order = ordered;
        changed(ScanListener.Change.ENDING);
        return true;
    }

    void resume(@Nullable ScanOrder noted) {
        order = noted;
    }

    /** Notes a chunk; returns whether it was the first since the scan was created or taken up. */
    boolean firstChunk() {
        boolean isFirst = isExpecting() || state == State.SUSPENDED;
        if (isFirst) {
            to(State.RUNNING, state == State.SUSPENDED ? "first chunk after a restart" : "first chunk");
        }
        return isFirst;
    }

    void to(State next, String why) {
        LOG.info(
                "scan {}: {} -> {}: {}, file={}",
                scan.entry(),
                state,
                next,
                why,
                scan.masters().scan());
        services.states().changed(state, next);
        state = next;
        reason = why;
        since = OffsetDateTime.now(services.clock());
        changed(ScanListener.Change.STATE);
    }

    void changed(ScanListener.Change change) {
        services.listener().changed(scan, change);
    }
}
