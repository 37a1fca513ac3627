package org.penstock.daemon.ingest;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.pipeline.Ending;
import org.penstock.daemon.pipeline.OpenedStream;
import org.penstock.daemon.pipeline.StreamTerms;
import org.penstock.daemon.ring.FrameMarks;
import org.penstock.daemon.ring.LaneListener;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the connections of one stream share: who they are, and how the stream comes to its end.
 *
 * <p>A stream ends when END was said and either nothing is missing, or no connection can bring more; when it was aborted; when its files failed;
 * or when its last connection was lost and none came back within the resume window. Before its end is handed to hdf5-writer every
 * connection has let go of slab memory.
 *
 * <p><b>Threading:</b> confined to the home loop, but for {@link #connections}, which hdf5-writer and other loops read, and the
 * {@link LaneListener} calls.
 */
final class IngestStream implements LaneListener {
    private static final Logger LOG = LoggerFactory.getLogger(IngestStream.class);
    private static final Connection[] NONE = {};

    /** How often a client is told that the disk is full. */
    private static final long NO_ROOM_NS = 5_000_000_000L;

    private final IngestServer server;
    private final EventLoop home;
    private final Checksum.Kind checksum;
    private volatile Connection[] connections = NONE;
    private volatile @Nullable Opened opened;
    private volatile long endFrames = Long.MAX_VALUE;
    private final AtomicLong duplicates = new AtomicLong();
    private final AtomicLong toldSettled = new AtomicLong();
    private final AtomicLong toldDurable = new AtomicLong();
    private final AwaitedFrames awaited;

    /** Confined to hdf5-writer. */
    private long noRoomToldNs = System.nanoTime() - NO_ROOM_NS;

    // written by the home loop, read by any
    private volatile boolean isEndSaid;
    private volatile boolean isFinishing;

    /** Written by hdf5-writer. Once true it stays so, as in the client: from then on frames may follow END. */
    private volatile boolean hasTakenBack;

    // confined to the home loop
    private @Nullable Long saidFrames;
    private boolean isStopping;
    private @Nullable Report delivered;
    private @Nullable ScheduledFuture<?> resumeTimer;
    private @Nullable ScheduledFuture<?> gatherTimer;
    private @Nullable ScheduledFuture<?> keepTimer;

    /** What exists once hdf5-writer has opened the stream. */
    private record Opened(OpenedStream stream, FramePlacer placer, List<SlabByteBuf> views) {}

    /** {@code checksum} is what the opening connection agreed on; all others must have agreed on the same. */
    IngestStream(IngestServer server, EventLoop home, Checksum.Kind checksum) {
        this.server = server;
        this.home = home;
        this.checksum = checksum;
        this.awaited = new AwaitedFrames(this, home);
    }

    /** Takes what hdf5-writer has opened; on the home loop. */
    void opened(OpenedStream stream) {
        StreamLane lane = stream.lane();
        List<SlabByteBuf> views = new ArrayList<>();
        lane.pool().forEach(buffer -> views.add(new SlabByteBuf(buffer.rawBytes())));
        FramePlacer placer;
        if (lane.geometry().chunkFrames() == 1) {
            placer = new DirectPlacer(lane, server.ring());
        } else {
            long storedFrames = stream.terms().storedFrames(lane.geometry().every());
            GatherPlacer gather = new GatherPlacer(lane, server.ring(), storedFrames, stream.terms());
            placer = gather;
            long waitNs = server.lateFrameWaitNs();
            gatherTimer =
                    home.scheduleAtFixedRate(() -> relieve(gather, waitNs), waitNs, waitNs / 2, TimeUnit.NANOSECONDS);
            long keepNs = server.keepIntervalNs();
            keepTimer = home.scheduleAtFixedRate(
                    () -> gather.keep(System.nanoTime(), keepNs), keepNs, keepNs / 2, TimeUnit.NANOSECONDS);
        }
        toldSettled.set(lane.marks().settledCount()); // an earlier life of the daemon has told the rest
        opened = new Opened(stream, placer, views);
    }

    /** Returns how it is; any thread. */
    StreamSight sight() {
        return StreamSight.of(openedStream(), connections.length);
    }

    /** Takes up what an earlier life of the daemon has begun; on the home loop. Its detector may come back for a while, or for the report. */
    void resumed(OpenedStream stream, @Nullable Ending ending) {
        opened(stream);
        server.remember(this);
        if (ending != null) {
            finish(ending);
        } else if (!isFinishing) {
            awaitDetector("daemon was started anew");
        }
    }

    private void relieve(GatherPlacer gather, long waitNs) {
        if (gather.relieve(System.nanoTime(), waitNs)) {
            onProgress();
        }
    }

    /** Counts a frame that came again; any loop. */
    void countDuplicate() {
        duplicates.incrementAndGet();
    }

    /** A connection was told what is settled: counts what no other was told before; any loop. */
    void told(AckWriter acks) {
        count(Counter.FRAMES_ACKNOWLEDGED, toldSettled, acks.settled());
        count(Counter.FRAMES_ACKNOWLEDGED_DURABLE, toldDurable, acks.durable());
    }

    private void count(Counter counter, AtomicLong told, long now) {
        if (now > told.getOpaque()) {
            long before = told.getAndAccumulate(now, Math::max);
            server.telemetry().add(counter, Math.max(0, now - before));
        }
    }

    /** Refuses a connection that agreed on another checksum, which would not tell frames that come twice; any thread. */
    void expectChecksum(Checksum.Kind agreed) {
        if (agreed != checksum) {
            throw new ProtocolException(
                    ErrorCode.BAD_VALUE,
                    "connection agreed on another checksum than its stream: key=checksums, expected="
                            + checksum.wireName() + ", actual=" + agreed.wireName() + ", stream="
                            + lane().id());
        }
    }

    EventLoop home() {
        return home;
    }

    /** Returns whether all connections must be on the home loop. */
    boolean isGathered() {
        return placer() instanceof GatherPlacer;
    }

    StreamLane lane() {
        return required().stream().lane();
    }

    StreamTerms terms() {
        return required().stream().terms();
    }

    OpenedStream openedStream() {
        return required().stream();
    }

    /** Returns what a connection is told that comes now; any loop. */
    StreamOpened answer() {
        StreamLane lane = lane();
        FrameMarks durable = lane.durable();
        long writtenBelow = lane.marks().settledBelow();
        long durableBelow = durable == null ? 0 : durable.settledBelow();
        List<FrameRange> received = lane.ledger().ranges(Report.MAX_RANGES);
        // after the marks: every lost frame that they have passed is among these
        List<FrameRange> lost = lane.losses().ranges(Report.MAX_RANGES);
        return openedStream().answer().at(writtenBelow, durableBelow, received, lost);
    }

    FramePlacer placer() {
        return required().placer();
    }

    SlabByteBuf view(int bufferIndex) {
        return required().views().get(bufferIndex);
    }

    private Opened required() {
        Opened now = opened;
        if (now == null) {
            throw new IllegalStateException("stream is not open yet");
        }
        return now;
    }

    /** Adds a connection; returns false when the stream is ending. */
    boolean attach(Connection connection) {
        if (isFinishing) {
            return false;
        }
        List<Connection> more = new ArrayList<>(List.of(connections));
        more.add(connection);
        connections = more.toArray(NONE);
        if (resumeTimer != null) {
            resumeTimer.cancel(false);
            resumeTimer = null;
        }
        return true;
    }

    /** A connection is gone; any loop. */
    void leave(Connection connection) {
        onHome(() -> detach(connection));
    }

    private void onHome(Runnable task) {
        if (!home.isShuttingDown()) { // else the daemon stops, and its streams have let go of everybody
            home.execute(task);
        }
    }

    /** Removes a connection that was closed, by whomever. */
    void detach(Connection connection) {
        List<Connection> fewer = new ArrayList<>(List.of(connections));
        boolean wasAttached = fewer.remove(connection);
        connections = fewer.toArray(NONE);
        if (isFinishing || !wasAttached) {
            return;
        }
        if (isEndSaid) {
            finishIfDone();
        } else if (connections.length == 0) {
            awaitDetector("last connection lost");
        }
    }

    private void awaitDetector(String why) {
        long windowNs = resumeWindowNs();
        LOG.warn(
                "{}: detector={}, received={}, waits for it to come back for {} ms",
                why,
                lane().detector(),
                lane().ledger().received(),
                windowNs / 1_000_000);
        resumeTimer = home.schedule(
                () -> finish(new Ending(null, false, false, "connection lost")), windowNs, TimeUnit.NANOSECONDS);
    }

    /** A connection that comes while the stream is ending, or just after it, gets the report. */
    void awaitReport(Connection connection) {
        Report report = delivered;
        if (report != null) {
            connection.onLoop(() -> connection.report(report));
            return;
        }
        List<Connection> more = new ArrayList<>(List.of(connections));
        more.add(connection);
        connections = more.toArray(NONE);
    }

    /** A connection has said END. */
    void end(@Nullable Long frames) {
        if (frames != null || !isEndSaid) {
            saidFrames = frames;
        }
        isEndSaid = true;
        long announced = terms().frames();
        Long count = saidFrames;
        endFrames = count != null ? count : announced == StreamTerms.UNLIMITED ? Long.MAX_VALUE : announced;
        finishIfDone();
    }

    /**
     * Returns how many frames the stream has since END: as many as that said, or more where one beyond them was under way on another connection, and is
     * kept. Any loop.
     */
    long endFrames() {
        return Math.max(endFrames, lane().ledger().end());
    }

    /** Returns whether END came before a frame that it does not count; any loop. */
    boolean isBeyondEnd(long frame) {
        return frame >= endFrames && frame >= endFrames();
    }

    /** Returns whether the stream has all its frames: whoever completes a frame asks. */
    boolean isComplete() {
        long received = lane().ledger().received();
        return received >= endFrames && received >= endFrames();
    }

    /** Ends the stream if END was said, nothing more can come, and what a durable stream has is on the disk: until then frames may be asked for again. */
    void finishIfDone() {
        if (!isEndSaid || isFinishing) {
            return;
        }
        boolean canBringMore = false;
        for (Connection connection : connections) {
            canBringMore |= !connection.hasEnded();
        }
        if ((!canBringMore || isComplete())
                && !isAwaitingDisk()
                && !awaited.areToCome(lane().ledger(), connections.length > 0)) {
            finish(new Ending(saidFrames, true, false, "ended by the client"));
        }
    }

    private boolean isAwaitingDisk() {
        FrameMarks durable = lane().durable();
        return durable != null
                && lane().failure() == null
                && connections.length > 0
                && durable.settledCount() < lane().ledger().received();
    }

    /** Returns whether a connection that said END may bring frames that were taken back; any loop. */
    boolean takesAgain() {
        return hasTakenBack && !isFinishing;
    }

    /** Ends the stream with what has come and is on its way; on the home loop. */
    void stop(String reason, long mostNs) {
        if (!isStopping) {
            isStopping = true;
            new StreamStop(this, reason, mostNs).look();
        }
    }

    /** Ends the stream; on the home loop. */
    void finish(Ending ending) {
        letGoThen(() -> submitEnd(ending));
    }

    /** The daemon stops: what has come is made safe, and the stream goes on when it is started again; on the home loop. */
    void suspend(String reason) {
        if (!terms().isSaved()) {
            finish(new Ending(null, false, false, reason));
            return;
        }
        letGoThen(() -> {
            placer().suspend();
            server.acquisitions().suspend(openedStream(), () -> home.execute(() -> suspended(reason)));
        });
    }

    private void suspended(String reason) {
        for (Connection connection : connections) {
            connection.onLoop(() -> connection.suspended(reason));
        }
        server.forget(this);
    }

    /** Every connection lets go of slab memory; then the rest. */
    private void letGoThen(Runnable then) {
        if (isFinishing) {
            return;
        }
        isFinishing = true;
        cancel(resumeTimer);
        awaited.cancel();
        cancel(gatherTimer);
        cancel(keepTimer);
        Connection[] attached = connections;
        Countdown lettingGo = new Countdown(attached.length, then);
        for (Connection connection : attached) {
            connection.onLoop(() -> {
                connection.letGo();
                home.execute(lettingGo::one);
            });
        }
    }

    /** Returns for how long a client may be gone. */
    long resumeWindowNs() {
        return server.resumeWindowNs();
    }

    static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void submitEnd(Ending ending) {
        placer().finish();
        server.acquisitions()
                .end(openedStream(), ending, duplicates.get(), report -> home.execute(() -> deliver(report)));
    }

    private void deliver(Report report) {
        delivered = report;
        for (Connection connection : connections) {
            connection.onLoop(() -> connection.report(report));
        }
        server.forget(this);
    }

    @Override
    public void onProgress() {
        if (isEndSaid && !isFinishing) {
            onHome(this::finishIfDone);
        }
        for (Connection connection : connections) {
            connection.requestFlush();
        }
    }

    @Override
    public void onTooLate(long frame) {
        tellLoss(ErrorCode.TOO_LATE, "frame came after its part file was closed: frame=" + frame, frame);
    }

    @Override
    public void onRefused(long frame, String message) {
        String whole = "frame is not what its encoding says, it is not stored: detector=" + lane().detector()
                + ", frame=" + frame + ": " + message;
        if (connections.length == 0) {
            LOG.warn("{}", whole);
        }
        tellLoss(ErrorCode.PAYLOAD_FORMAT, whole, frame);
    }

    private void tellLoss(ErrorCode code, String message, long frame) {
        LostFrame loss = new LostFrame(code, message, frame);
        for (Connection connection : connections) {
            connection.tellLoss(loss);
        }
    }

    @Override
    public void onNoRoom(String message) {
        long nowNs = System.nanoTime();
        if (nowNs - noRoomToldNs < NO_ROOM_NS) {
            return;
        }
        noRoomToldNs = nowNs;
        LOG.error("{}", message);
        for (Connection connection : connections) {
            connection.onLoop(() -> connection.warn(ErrorCode.DISK_FULL, message, null));
        }
    }

    @Override
    public void onTakingBack() {
        awaited.takingBack();
    }

    @Override
    public void onTakenBack(List<FrameRange> frames) {
        hasTakenBack = true;
        onHome(() -> {
            placer().takenBack(frames);
            awaited.add(frames);
            // only now: a frame that came in between is one that the placer has given up
            frames.forEach(lane().ledger()::forget);
            awaited.takenBack();
            for (Connection connection : connections) {
                connection.onLoop(() -> connection.resend(frames));
            }
        });
    }

    @Override
    public void onFailure(String message) {
        for (Connection connection : connections) {
            connection.onLoop(() -> connection.warn(ErrorCode.STORAGE, message, null));
        }
        onHome(() -> finish(new Ending(null, false, false, message)));
    }
}
