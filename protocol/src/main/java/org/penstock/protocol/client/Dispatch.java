package org.penstock.protocol.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.AckLevel;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;

/**
 * Where the sending threads and the lanes of a {@link ResumableStream} meet: the frames between them, and how the stream stands.
 *
 * <p><b>Threading:</b> any thread. One lock guards all of it, the lanes' fields too; nobody waits for the network under it, and listeners are called
 * without it.
 */
final class Dispatch {
    /** What a connection may end with that may be otherwise the next time. */
    private static final Set<ErrorCode> PASSING = EnumSet.of(
            ErrorCode.SUSPENDED,
            ErrorCode.SHUTDOWN,
            ErrorCode.BUSY,
            ErrorCode.STREAM_ENDED,
            ErrorCode.HANDSHAKE_TIMEOUT,
            ErrorCode.MAGIC,
            ErrorCode.HEADER_CHECKSUM);

    /** After so many times the time of silence a connection is taken for lost. */
    private static final int SILENCES = 3;

    private static final long LEAST_ANSWER_MS = 1_000;

    private final StreamSetting setting;
    private final FrameConnection.Terms terms;
    private final AckLevel level;
    private final StreamListener listener;
    private final Settled settled = new Settled();

    // guarded by the lock
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final Condition work = lock.newCondition();
    private final Condition over = lock.newCondition();
    private final List<Lane> lanes = new ArrayList<>();
    private final KeptFrames frames;
    private final Patience patience;
    private boolean isEndWanted;
    private @Nullable Long endFrames;
    private @Nullable Report report;

    /** Whether the listener has heard of every frame that the report acknowledges: who waits for the report gets it then. */
    private boolean isReportTold;

    private @Nullable Throwable failure;
    private boolean isClosed;
    private long resumed;

    Dispatch(StreamSetting setting) {
        StreamOpened opened = setting.opened();
        this.setting = setting;
        terms = setting.terms();
        level = AckLevel.of(opened.ack());
        listener = setting.listener();
        frames = new KeptFrames(setting.payloadBytes(), setting.mostFrames(), level);
        patience = new Patience(setting.policy().patience().toNanos());
        opened.lostRanges().forEach(settled::lost);
        settled.restart(opened.writtenBelow(), opened.durableBelow());
    }

    /** Starts the lanes: the first with the connection that the stream was opened on, the others connect by themselves. */
    void start(Link first) {
        for (int i = 0; i < setting.connections(); i++) {
            lanes.add(new Lane(this, i));
        }
        Lane opener = lanes.getFirst();
        FrameConnection connection = new FrameConnection(terms, first, 0, opener);
        opener.attached(connection, System.nanoTime());
        connection.start();
        lanes.forEach(Lane::start);
    }

    FrameConnection.Terms terms() {
        return terms;
    }

    Settled settled() {
        return settled;
    }

    // what the stream's users ask

    /** Waits for memory for a frame. */
    KeptFrame claim(long frameIndex) throws IOException {
        lock.lock();
        try {
            while (true) {
                expectGoing(frameIndex);
                if (settled.isPassedAsLost(frameIndex)) {
                    throw new IOException(unsent(frameIndex)
                            + ", problem=the daemon has named it as lost, and it cannot be sent again");
                }
                KeptFrame frame = frames.claim(frameIndex, settled.below(level));
                if (frame != null) {
                    return frame;
                }
                room.await();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for acknowledgements: " + unsent(frameIndex));
        } finally {
            lock.unlock();
        }
    }

    private void expectGoing(long frameIndex) throws IOException {
        Report ended = report;
        if (ended != null) {
            throw new IOException(unsent(frameIndex) + ", problem=stream ended by the daemon: state=" + ended.state()
                    + ", reason=" + ended.reason());
        }
        if (failure != null) {
            throw Link.again(unsent(frameIndex), failure);
        }
        if (isClosed) {
            throw new IOException(unsent(frameIndex) + ", problem=stream is closed");
        }
    }

    private String unsent(long frameIndex) {
        return "frame could not be sent: stream=" + terms.stream() + ", frame=" + frameIndex;
    }

    /** Takes a frame that was filled. */
    void add(KeptFrame frame) {
        locked(() -> {
            frames.add(frame, setting.isStored(frame.index()));
            work.signalAll();
        });
    }

    /** Waits for the report. */
    Report end(@Nullable Long count) throws IOException {
        lock.lock();
        try {
            isEndWanted = true;
            endFrames = count;
            work.signalAll();
            while (!isOver() || (report != null && !isReportTold)) {
                over.await();
            }
            if (report != null) {
                return report;
            }
            throw Link.again(
                    "no report: stream=" + terms.stream(),
                    failure == null ? new IOException("stream is closed") : failure);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the report: stream=" + terms.stream());
        } finally {
            lock.unlock();
        }
    }

    @Nullable Report report() {
        return locked(() -> isReportTold ? report : null);
    }

    long resumed() {
        return locked(() -> resumed);
    }

    long acknowledged() {
        return locked(frames::acknowledged);
    }

    long durable() {
        return locked(frames::durable);
    }

    void close() {
        List<FrameConnection> open = new ArrayList<>();
        lock.lock();
        try {
            if (isClosed) {
                return;
            }
            isClosed = true;
            lanes.forEach(lane -> lane.connection().ifPresent(open::add));
            signalAll();
        } finally {
            lock.unlock();
        }
        open.forEach(FrameConnection::abandon);
        lanes.forEach(Lane::stop);
        open.forEach(FrameConnection::join);
        frames.close();
    }

    private boolean isOver() {
        return report != null || failure != null || isClosed;
    }

    private void signalAll() {
        work.signalAll();
        room.signalAll();
        over.signalAll();
    }

    private <T> T locked(Supplier<T> value) {
        lock.lock();
        try {
            return value.get();
        } finally {
            lock.unlock();
        }
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    // what lanes ask and tell

    /** Waits until there is something to do for a lane. */
    Lane.Step next(Lane lane) throws InterruptedException {
        lock.lock();
        try {
            while (!isOver()) {
                Lane.Step step = lane.next(frames, isEndWanted, isEndWanted && isSound());
                if (step != null) {
                    return step;
                }
                work.await();
            }
            return Lane.Step.STOP;
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether every frame is known to have arrived whole. */
    private boolean isSound() {
        return !frames.hasQueued() && lanes.stream().allMatch(lane -> lane.isSound(frames));
    }

    @Nullable Long endFrames() {
        return locked(() -> endFrames);
    }

    void sent(KeptFrame frame) {
        locked(() -> {
            frames.sent(frame);
            room.signalAll();
        });
    }

    void credited() {
        locked(work::signalAll);
    }

    void awaitDetached(Lane lane) throws InterruptedException {
        lock.lock();
        try {
            while (lane.isConnected()) {
                work.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for as long as the lane must before it connects; returns false when it need not any more. */
    boolean awaitAttempt(Lane lane) throws InterruptedException {
        lock.lock();
        try {
            long endNs = System.nanoTime() + lane.backOff().nextNs();
            for (long leftNs = endNs - System.nanoTime(); leftNs > 0 && !isOver(); leftNs = endNs - System.nanoTime()) {
                work.awaitNanos(leftNs);
            }
            return !isOver();
        } finally {
            lock.unlock();
        }
    }

    /** Connects; waits for an answer no longer than patience lasts. */
    Link connect() throws IOException {
        long leftNs = locked(() -> patience.leftNs(System.nanoTime()));
        long answerMs = Math.max(LEAST_ANSWER_MS, TimeUnit.NANOSECONDS.toMillis(leftNs));
        return Link.connect(setting.daemon(), setting.checksum(), answerMs);
    }

    /** Starts a new connection, unless the stream is over meanwhile: then returns false. */
    boolean attached(Lane lane, FrameConnection connection, StreamOpened answer) {
        List<AcknowledgedFrame> reached;
        boolean isResumed;
        lock.lock();
        try {
            if (isOver()) {
                return false;
            }
            // before the marks: what they pass is not written for that
            answer.lostRanges().forEach(settled::lost);
            answer.lostRanges().forEach(frames::lost);
            if (lanes.stream().noneMatch(Lane::isConnected)) {
                settled.restart(answer.writtenBelow(), answer.durableBelow());
            }
            isResumed = lane.attached(connection, System.nanoTime());
            resumed += isResumed ? 1 : 0;
            reached = frames.settle(
                    new ConnectionEvents.Acknowledged(
                            answer.writtenBelow(), answer.durableBelow(), List.of(), List.of()),
                    lane);
            frames.sendMissing(lane, answer.receivedRanges());
            progress(lane, !reached.isEmpty() || frames.isEmpty());
            signalAll();
        } finally {
            lock.unlock();
        }
        connection.start();
        tell(reached);
        if (isResumed) {
            listener.onResumed(answer);
        }
        return true;
    }

    private void progress(Lane lane, boolean isProgress) {
        if (isProgress) {
            patience.progress();
            lane.backOff().reset();
        }
    }

    private void tell(List<AcknowledgedFrame> reached) {
        if (!reached.isEmpty()) {
            listener.onAcknowledged(reached);
        }
    }

    void attemptFailed(Exception problem, boolean isPassing) {
        lost(problem, isPassing, true);
    }

    void acknowledged(Lane lane, ConnectionEvents.Acknowledged told) {
        List<AcknowledgedFrame> reached;
        boolean isGrown;
        lock.lock();
        try {
            isGrown = settled.take(told);
            reached = frames.settle(told, lane);
            lane.heldUp(false);
            progress(lane, !reached.isEmpty());
            room.signalAll();
        } finally {
            lock.unlock();
        }
        tell(reached);
        if (isGrown) {
            listener.onWrittenBelow(told.writtenBelow());
        }
    }

    void dropped(List<FrameRange> ranges) {
        locked(() -> {
            ranges.forEach(settled::lost);
            ranges.forEach(frames::lost);
            room.signalAll();
        });
        ranges.forEach(listener::onDropped);
    }

    void takenBack(List<FrameRange> ranges) {
        locked(() -> {
            ranges.forEach(settled::takeBack);
            ranges.forEach(frames::takeBack);
            work.signalAll();
        });
        ranges.forEach(listener::onResend);
    }

    void refused(Lane lane, Failure refusal) {
        Long frame = refusal.frame();
        ErrorCode code = ErrorCode.of(refusal.code());
        lock.lock();
        try {
            if (code == ErrorCode.DISK_FULL) {
                lane.heldUp(true);
            } else if (frame != null && code == ErrorCode.DUPLICATE_FRAME) {
                frames.contradicted(frame);
            } else if (frame != null && !(code == ErrorCode.PAYLOAD_CHECKSUM && frames.damaged(frame))) {
                settled.lost(new FrameRange(frame, 1));
                frames.lost(new FrameRange(frame, 1));
            }
            work.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        listener.onError(refusal);
    }

    void reported(Report received) {
        List<AcknowledgedFrame> reached = List.of();
        lock.lock();
        try {
            if (!isOver()) {
                report = received;
                reached = frames.settle(received);
                signalAll();
            }
        } finally {
            lock.unlock();
        }
        try {
            tell(reached);
        } finally {
            locked(() -> {
                isReportTold = true;
                over.signalAll();
            });
        }
    }

    void ponged(Lane lane, long number) {
        locked(() -> {
            lane.pongs(number);
            work.signalAll();
        });
    }

    boolean isStillTrusted(Lane lane, long silentMs) {
        return locked(() -> {
            work.signalAll();
            return lane.isStillTrusted(silentMs >= (long) SILENCES * terms.silenceMs());
        });
    }

    void ended(Lane lane, Throwable reason) {
        locked(() -> lane.detached(patience, System.nanoTime()));
        lost(reason, !(reason instanceof ProtocolException refusal) || isPassing(refusal), false);
    }

    /** Says whether what the daemon refused may be taken later. */
    static boolean isPassing(ProtocolException refusal) {
        return PASSING.contains(refusal.code());
    }

    /** Ends the stream when it must not, or need not, wait for the daemon to come back. */
    private void lost(Throwable reason, boolean isPassing, boolean isAttempt) {
        boolean isCut;
        lock.lock();
        try {
            isCut = !isOver() && isPassing && !isAttempt;
            long nowNs = System.nanoTime();
            if (isAttempt) {
                patience.lost(nowNs);
            }
            if (!isOver() && (!isPassing || patience.isOver(nowNs))) {
                failure = reason;
            }
            signalAll();
        } finally {
            lock.unlock();
        }
        if (isCut) {
            listener.onCut(String.valueOf(reason.getMessage()));
        }
    }

    /** Ends the stream by a fault of its own. */
    void fail(RuntimeException fault) {
        lost(fault, false, true);
    }
}
