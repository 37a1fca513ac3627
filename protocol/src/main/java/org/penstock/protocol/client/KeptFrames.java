package org.penstock.protocol.client;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.AckLevel;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.Report;

/**
 * The frames of a stream that the daemon has not acknowledged yet, and those among them that are to be sent.
 *
 * <pre>
 *  claim ──fill──▶ queue ──take──▶ sending ──sent──▶ kept ──settle──▶ free
 *                    ▲                                │
 *                    └──── cut, damaged, taken back ──┘
 * </pre>
 *
 * <p>Memory is bounded, and made as it is needed. One frame is never refused: the one that the daemon's mark waits for. Else frames that were
 * acknowledged out of order, in an ACK that a cut took, could fill all memory and keep out the very frame that would have them
 * acknowledged again.
 *
 * <p><b>Threading:</b> guarded by the stream's lock.
 */
final class KeptFrames {
    /** How often a frame that came damaged is sent again. */
    static final int MOST_DAMAGES = 3;

    private static final int BLOCK_BYTES = 1 << 20;

    private final Arena arena = Arena.ofShared();
    private final int payloadBytes;
    private final long mostFrames;
    private final AckLevel level;
    private final Deque<KeptFrame> free = new ArrayDeque<>();
    private final NavigableMap<Long, KeptFrame> kept = new TreeMap<>();

    // of a stream that waits for DURABLE: those kept that are not known to be written
    private final NavigableMap<Long, KeptFrame> unwritten = new TreeMap<>();
    private final PriorityQueue<KeptFrame> queue = new PriorityQueue<>(Comparator.comparingLong(KeptFrame::index));
    private long made;
    private long acknowledged;
    private long durable;
    private boolean wasTakenBack;

    /**
     * Keeps frames until they have reached a level.
     *
     * @param payloadBytes of the longest
     * @param mostFrames how many at a time
     */
    KeptFrames(int payloadBytes, long mostFrames, AckLevel level) {
        this.payloadBytes = payloadBytes;
        this.mostFrames = mostFrames;
        this.level = level;
    }

    /** Returns memory for a frame, or null when there is none now. */
    @Nullable KeptFrame claim(long index, long mark) {
        if (free.isEmpty() && (made < mostFrames || index <= mark)) {
            make();
        }
        return free.poll();
    }

    private void make() {
        int frames = (int) Math.clamp(BLOCK_BYTES / payloadBytes, 1, Math.max(1, mostFrames - made));
        ByteBuffer block =
                arena.allocate((long) frames * payloadBytes, Long.BYTES).asByteBuffer();
        for (int i = 0; i < frames; i++) {
            ByteBuffer slice = block.slice(i * payloadBytes, payloadBytes);
            free.add(new KeptFrame(slice.order(ByteOrder.LITTLE_ENDIAN)));
        }
        made += frames;
    }

    /** Gives a frame that was filled to the lanes; one that has the index of another that is kept is forgotten when it was sent. */
    void add(KeptFrame frame, boolean isKept) {
        frame.isKept = isKept && kept.putIfAbsent(frame.index(), frame) == null;
        if (frame.isKept && level == AckLevel.DURABLE) {
            unwritten.put(frame.index(), frame);
        }
        enqueue(frame);
    }

    private void enqueue(KeptFrame frame) {
        frame.isQueued = true;
        queue.add(frame);
    }

    /** Returns whether the daemon has ever asked for frames again: it then takes frames after END too. */
    boolean wasTakenBack() {
        return wasTakenBack;
    }

    boolean hasQueued() {
        while (!queue.isEmpty() && queue.peek().isDone) {
            KeptFrame done = queue.poll();
            done.isQueued = false;
            release(done);
        }
        return !queue.isEmpty();
    }

    /** Takes the lowest one that is to be sent; there is one. */
    KeptFrame take(Lane lane) {
        KeptFrame frame = queue.remove();
        frame.isQueued = false;
        frame.isSending = true;
        frame.lane = lane;
        return frame;
    }

    /** A lane has written it, or failed to: whether the daemon has it shows when the lane has come back. */
    void sent(KeptFrame frame) {
        frame.isSending = false;
        if (frame.isAskedFor) {
            frame.isAskedFor = false;
            if (!frame.isDone) {
                sendAgain(frame);
                return;
            }
        }
        if (frame.isDone || !frame.isKept) {
            release(frame);
        }
    }

    /** Has those sent again that went over this lane and did not arrive. */
    void sendMissing(Lane lane, List<FrameRange> received) {
        NavigableMap<Long, Long> there = new TreeMap<>();
        received.forEach(range -> Settled.add(there, range.first(), range.end()));
        for (KeptFrame frame : kept.values()) {
            if (frame.lane == lane && !Settled.contains(there, frame.index())) {
                sendAgain(frame);
            }
        }
    }

    /** Has those of a range sent again that are kept. */
    void takeBack(FrameRange range) {
        wasTakenBack = true;
        for (KeptFrame frame : within(kept, range).values()) {
            if (level == AckLevel.DURABLE && unwritten.putIfAbsent(frame.index(), frame) == null) {
                acknowledged--;
            }
            sendAgain(frame);
        }
    }

    /** Has a frame sent again that came damaged; returns false when that was tried often enough, and the frame is given up. */
    boolean damaged(long index) {
        KeptFrame frame = kept.get(index);
        if (frame == null || frame.damages == MOST_DAMAGES) {
            lost(new FrameRange(index, 1));
            return false;
        }
        frame.damages++;
        sendAgain(frame);
        return true;
    }

    private void sendAgain(KeptFrame frame) {
        if (frame.isSending) {
            // the daemon was faster than the thread that has just written it, which looks when it returns
            frame.isAskedFor = true;
        } else if (!frame.isQueued) {
            frame.sendAgain();
            enqueue(frame);
        }
    }

    /** Forgets frames that the daemon named as lost. */
    void lost(FrameRange range) {
        within(unwritten, range).clear();
        NavigableMap<Long, KeptFrame> gone = within(kept, range);
        gone.values().forEach(this::release);
        gone.clear();
    }

    /** The daemon has other bytes of this index: what it acknowledges is not ours. */
    void contradicted(long index) {
        KeptFrame frame = kept.get(index);
        if (frame != null) {
            frame.isContradicted = true;
        }
    }

    /**
     * Takes what a lane was told; returns what is new.
     *
     * <p>Losses are named on the connection that the frame came over, before a mark passes them there. So a mark counts for a frame that is
     * under way on another connection when it has come from there as well.
     */
    List<AcknowledgedFrame> settle(ConnectionEvents.Acknowledged told, Lane by) {
        List<AcknowledgedFrame> reached = new ArrayList<>();
        if (level == AckLevel.DURABLE) {
            pass(unwritten, AckLevel.WRITTEN, told, by, reached);
        }
        pass(kept, level, told, by, reached);
        return reached;
    }

    private void pass(
            NavigableMap<Long, KeptFrame> waiting,
            AckLevel at,
            ConnectionEvents.Acknowledged told,
            Lane by,
            List<AcknowledgedFrame> reached) {
        pass(waiting.headMap(told.below(at), false), at, frame -> !frame.isUnderWayBeside(by), reached);
        for (FrameRange range : told.ranges(at)) {
            pass(within(waiting, range), at, _ -> true, reached);
        }
    }

    private void pass(
            NavigableMap<Long, KeptFrame> frames,
            AckLevel at,
            Predicate<KeptFrame> counts,
            List<AcknowledgedFrame> reached) {
        Iterator<KeptFrame> all = frames.values().iterator();
        while (all.hasNext()) {
            KeptFrame frame = all.next();
            if (counts.test(frame)) {
                all.remove();
                reach(frame, at, reached);
            }
        }
    }

    private void reach(KeptFrame frame, AckLevel at, List<AcknowledgedFrame> reached) {
        if (!frame.isContradicted) {
            boolean isNew = level == AckLevel.WRITTEN || at == AckLevel.WRITTEN || unwritten.containsKey(frame.index());
            acknowledged += isNew ? 1 : 0;
            durable += at == AckLevel.DURABLE ? 1 : 0;
            reached.add(new AcknowledgedFrame(frame.index(), frame.checksum(), at));
        }
        if (at == level) {
            unwritten.remove(frame.index());
            release(frame);
        }
    }

    /** Takes the final report: what is expected and not missing is in the closed files. */
    List<AcknowledgedFrame> settle(Report report) {
        NavigableMap<Long, Long> missing = new TreeMap<>();
        report.missing().forEach(range -> Settled.add(missing, range.first(), range.end()));
        boolean isCut = report.missing().size() == Report.MAX_RANGES;
        long known = isCut ? report.missing().getLast().end() : report.framesExpected();
        AckLevel at = report.framesDurable() >= report.framesWritten() ? level : AckLevel.WRITTEN;
        List<AcknowledgedFrame> reached = new ArrayList<>();
        NavigableMap<Long, KeptFrame> waiting = at == level ? kept : unwritten;
        pass(waiting.headMap(known, false), at, frame -> !Settled.contains(missing, frame.index()), reached);
        return reached;
    }

    private static NavigableMap<Long, KeptFrame> within(NavigableMap<Long, KeptFrame> frames, FrameRange range) {
        return frames.subMap(range.first(), true, range.end(), false);
    }

    /** Gives memory back, unless somebody still reads it or will. */
    private void release(KeptFrame frame) {
        if (frame.isQueued || frame.isSending) {
            frame.isDone = true;
        } else {
            frame.clear();
            free.push(frame); // what was used last is in the cache
        }
    }

    /** Returns whether a lane that is not connected is responsible for any. */
    boolean isAnyOf(Lane lane) {
        return kept.values().stream().anyMatch(frame -> frame.lane == lane);
    }

    boolean isEmpty() {
        return kept.isEmpty();
    }

    /** Returns how many frames were acknowledged. */
    long acknowledged() {
        return acknowledged;
    }

    /** Returns how many survive power loss. */
    long durable() {
        return durable;
    }

    /** Gives all memory back; no lane reads it any more, and no caller fills it. */
    void close() {
        arena.close();
    }
}
