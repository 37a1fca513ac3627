package org.penstock.daemon.ingest;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.ring.FrameLedger;
import org.penstock.protocol.FrameRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames that a client was asked for again, and that its stream's end waits for, after END too; not for longer than the client may be gone.
 *
 * <p><b>Threading:</b> confined to the stream's home loop, but for {@link #takingBack}.
 */
final class AwaitedFrames {
    private static final Logger LOG = LoggerFactory.getLogger(AwaitedFrames.class);

    private final IngestStream stream;
    private final EventLoop home;
    private final AtomicInteger takingBack = new AtomicInteger();
    private final FrameSet askedFor = new FrameSet();
    private @Nullable ScheduledFuture<?> timer;

    AwaitedFrames(IngestStream stream, EventLoop home) {
        this.stream = stream;
        this.home = home;
    }

    /** Frames are about to be taken back; any thread. */
    void takingBack() {
        takingBack.incrementAndGet();
    }

    /** They are asked for again. */
    void add(List<FrameRange> frames) {
        frames.forEach(askedFor::addAll);
    }

    /** What was about to be taken back is. */
    void takenBack() {
        takingBack.decrementAndGet();
    }

    /** Returns whether frames are still to come, from a client that has said END. */
    boolean areToCome(FrameLedger ledger, boolean isConnected) {
        for (FrameRange range : askedFor.ranges(Integer.MAX_VALUE)) {
            for (long frame = range.first(); frame < range.end(); frame++) {
                if (ledger.isReceived(frame)) {
                    askedFor.remove(frame);
                }
            }
        }
        boolean areToCome = isConnected && (takingBack.get() > 0 || askedFor.count() > 0);
        if (!areToCome) {
            cancel();
        } else if (timer == null) {
            timer = home.schedule(this::giveUp, stream.resumeWindowNs(), TimeUnit.NANOSECONDS);
        }
        return areToCome;
    }

    private void giveUp() {
        LOG.warn(
                "frames that were asked for again did not come: detector={}, frames={}",
                stream.lane().detector(),
                askedFor.count());
        askedFor.ranges(Integer.MAX_VALUE).forEach(range -> askedFor.removeAll(range));
        timer = null;
        stream.finishIfDone();
    }

    /** Waits no longer. */
    void cancel() {
        IngestStream.cancel(timer);
        timer = null;
    }
}
