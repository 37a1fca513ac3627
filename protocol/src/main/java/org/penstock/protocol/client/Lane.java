package org.penstock.protocol.client;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.Attach;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;

/**
 * One of the connections of a {@link ResumableStream}, through all its cuts: a thread that sends what is queued, and connects again when it
 * must.
 *
 * <p><b>Threading:</b> {@link #run} on a thread of its own; {@link ConnectionEvents} from the reader of the connection that there is; the fields
 * are guarded by the stream's lock.
 */
final class Lane implements ConnectionEvents {
    /** What a lane does next. */
    enum Step {
        CONNECT,
        SEND,
        PING,
        END,
        STOP
    }

    private final Dispatch dispatch;
    private final int number;
    private final Thread thread;
    private final BackOff backOff = new BackOff();
    private @Nullable FrameConnection connection;
    private long attachedNs;
    private boolean wasConnected;
    private boolean isEndSaid;

    // liveness: a PING is due; the daemon leaves the connection unread while its disk is full; nothing was heard for
    // too long
    private boolean isPingDue;
    private boolean isHeldUp;
    private boolean isDoubted;

    // the barrier: a PING behind the last frame, so that END is not said before all were seen to be undamaged
    private long pings;
    private long barrier;
    private long pongs;

    // of the lane's own thread: what a step is about
    private @Nullable FrameConnection using;
    private @Nullable KeptFrame taken;

    Lane(Dispatch dispatch, int number) {
        this.dispatch = dispatch;
        this.number = number;
        this.thread =
                Thread.ofPlatform().daemon().name("penstock-send-" + number).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            for (Step step = dispatch.next(this); step != Step.STOP; step = dispatch.next(this)) {
                if (step == Step.CONNECT) {
                    connect();
                } else {
                    say(step, Objects.requireNonNull(using));
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the stream is closed
        } catch (RuntimeException e) {
            dispatch.fail(e);
        }
    }

    // under the stream's lock

    /** Says what is to be done, or null for nothing now. */
    @Nullable Step next(KeptFrames frames, boolean isEndWanted, boolean isSound) {
        FrameConnection current = connection;
        using = current;
        if (current == null) {
            return Step.CONNECT;
        }
        if (isPingDue) {
            isPingDue = false;
            pings++;
            return Step.PING;
        }
        if (frames.hasQueued()) {
            boolean mayFollowEnd = frames.wasTakenBack();
            if ((isEndSaid && !mayFollowEnd) || (dispatch.terms().waitsForCredit() && current.credit() <= 0)) {
                return null;
            }
            taken = frames.take(this);
            barrier = 0;
            return Step.SEND;
        }
        if (!isEndWanted || isEndSaid) {
            return null;
        }
        if (barrier == 0) {
            pings++;
            barrier = pings;
            return Step.PING;
        }
        isEndSaid = isSound;
        return isSound ? Step.END : null;
    }

    boolean isConnected() {
        return connection != null;
    }

    Optional<FrameConnection> connection() {
        return Optional.ofNullable(connection);
    }

    /** Returns whether nothing that was sent here can turn out to be damaged, or lost with the connection. */
    boolean isSound(KeptFrames frames) {
        return connection == null ? !frames.isAnyOf(this) : isEndSaid || (barrier > 0 && pongs >= barrier);
    }

    BackOff backOff() {
        return backOff;
    }

    /** Takes a new connection; returns whether it replaces one. */
    boolean attached(FrameConnection newConnection, long nowNs) {
        boolean isResumed = wasConnected;
        connection = newConnection;
        wasConnected = true;
        attachedNs = nowNs;
        isEndSaid = false;
        isPingDue = false;
        isHeldUp = false;
        isDoubted = false;
        pings = 0;
        barrier = 0;
        pongs = 0;
        return isResumed;
    }

    /** Loses its connection; only one that was seen to fail, and not only doubted, is a beginning of impatience. */
    void detached(Patience patience, long nowNs) {
        connection = null;
        patience.livedSince(attachedNs, nowNs);
        if (!isDoubted) {
            patience.lost(nowNs);
        }
    }

    /** Decides on a silent daemon. */
    boolean isStillTrusted(boolean isTooLong) {
        isPingDue = true;
        isDoubted = isTooLong && !isHeldUp;
        return !isDoubted;
    }

    /** Notes whether the daemon waits for room on its disk: it may then leave the connection unread. */
    void heldUp(boolean isHeld) {
        isHeldUp = isHeld;
    }

    void pongs(long number) {
        pongs = Math.max(pongs, number);
    }

    // on the lane's thread, without the lock

    private void say(Step step, FrameConnection to) throws InterruptedException {
        try {
            switch (step) {
                case SEND -> send(Objects.requireNonNull(taken), to);
                case PING -> to.ping(pings);
                case END -> to.end(dispatch.endFrames());
                case CONNECT, STOP -> {}
            }
        } catch (IOException | ProtocolException _) {
            // the reader tells why, when it has come to the end
            to.abandon();
            dispatch.awaitDetached(this);
        }
    }

    private void send(KeptFrame frame, FrameConnection to) throws IOException {
        try {
            to.send(frame);
        } finally {
            dispatch.sent(frame);
        }
    }

    private void connect() throws InterruptedException {
        if (!dispatch.awaitAttempt(this)) {
            return;
        }
        try {
            connect(dispatch.connect());
        } catch (ProtocolException e) {
            dispatch.attemptFailed(e, Dispatch.isPassing(e));
        } catch (IOException e) {
            dispatch.attemptFailed(e, true);
        }
    }

    /** Takes the stream up again; the link is closed unless it becomes the lane's connection. */
    private void connect(Link link) throws IOException {
        boolean isTaken = false;
        try {
            link.write(MessageKind.ATTACH, new Attach(dispatch.terms().stream()));
            if (link.answer(MessageKind.STREAM_OPENED, MessageKind.REPORT) == MessageKind.REPORT) {
                dispatch.reported(link.body(Report.class));
            } else {
                FrameConnection fresh = new FrameConnection(dispatch.terms(), link, number, this);
                isTaken = dispatch.attached(this, fresh, link.body(StreamOpened.class));
            }
        } finally {
            if (!isTaken) {
                link.close();
            }
        }
    }

    /** Ends the thread, and waits for it. */
    void stop() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    // on the connection's reader thread, without the lock

    @Override
    public void credited() {
        dispatch.credited();
    }

    @Override
    public void acknowledged(Acknowledged frames) {
        dispatch.acknowledged(this, frames);
    }

    @Override
    public void dropped(List<FrameRange> frames) {
        dispatch.dropped(frames);
    }

    @Override
    public void takenBack(List<FrameRange> frames) {
        dispatch.takenBack(frames);
    }

    @Override
    public void refused(Failure failure) {
        dispatch.refused(this, failure);
    }

    @Override
    public void reported(Report report) {
        dispatch.reported(report);
    }

    @Override
    public void ponged(long pingNumber) {
        dispatch.ponged(this, pingNumber);
    }

    @Override
    public boolean isStillTrusted(long silentMs) {
        return dispatch.isStillTrusted(this, silentMs);
    }

    @Override
    public void ended(Throwable reason) {
        dispatch.ended(this, reason);
    }
}
