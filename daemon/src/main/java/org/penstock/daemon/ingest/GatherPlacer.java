package org.penstock.daemon.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.pipeline.StreamTerms;
import org.penstock.daemon.ring.ChunkBuffer;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.protocol.FrameRange;

/**
 * Gathers small frames, k to a chunk. A chunk is handed on once: when it is full, when hdf5-writer is about to close its part file, when its memory is
 * needed and nothing came for it for a while, or when the stream ends. What did not come by then reads as fill value; a frame that comes later is
 * too late.
 *
 * <p><b>Threading:</b> confined to the stream's home loop, with all its connections.
 */
final class GatherPlacer implements FramePlacer {
    /** Chunks open at the same time, beyond which the pool decides. */
    private static final int MOST_OPEN = 64;

    private final StreamLane lane;
    private final FrameRing ring;
    private final long storedFrames;
    private final MemorySegment fill;
    private final OpenParts parts;
    private final OpenChunk[] open = new OpenChunk[MOST_OPEN];
    private final Deque<OpenChunk> spare = new ArrayDeque<>(MOST_OPEN);
    private final Set<Long> closedWithHoles = new HashSet<>();
    private final FrameSet handedOn = new FrameSet();
    private final boolean isShared;
    private long base;
    private int openCount;
    private boolean isStarved;
    private long starvedOf;

    /** A chunk that is being filled. */
    private static final class OpenChunk {
        final List<FramePlace> underWay = new ArrayList<>();
        final BitSet kept = new BitSet();
        long number;
        ChunkBuffer buffer;
        int capacity;
        int arrived;
        int unkept;
        long unkeptSinceNs;
        long lastArrivalNs;

        OpenChunk(ChunkBuffer buffer) {
            this.buffer = buffer;
        }

        /** Begins another chunk, of which {@code loaded} frames are there. */
        void begin(long newNumber, ChunkBuffer newBuffer, int newCapacity, int loaded, long nowNs) {
            number = newNumber;
            buffer = newBuffer;
            capacity = newCapacity;
            arrived = loaded;
            unkept = 0;
            lastArrivalNs = nowNs;
            underWay.clear();
            kept.clear();
            kept.or(newBuffer.present());
        }

        /** Waits for a frame anew, which may come damaged over the one that is here. */
        void takenBack(int position) {
            arrived -= buffer.present().get(position) ? 1 : 0;
            buffer.present().clear(position);
            kept.clear(position);
        }
    }

    /**
     * @param storedFrames how many frames will be stored in all, or {@link Long#MAX_VALUE}: the last chunk is full sooner
     */
    GatherPlacer(StreamLane lane, FrameRing ring, long storedFrames, StreamTerms terms) {
        this.lane = lane;
        this.ring = ring;
        this.storedFrames = storedFrames;
        this.fill = terms.fillFrame();
        this.parts = new OpenParts(lane, storedFrames, terms.openParts());
        this.isShared = terms.connections() > 1;
    }

    @Override
    public Outcome place(long frame, FramePlace place) {
        FrameGeometry geometry = lane.geometry();
        long number = geometry.chunk(frame);
        OpenChunk chunk = find(number);
        if (chunk == null) {
            if (isHandedOn(number)) {
                return Outcome.TOO_LATE;
            }
            chunk = open(number);
            if (chunk == null) {
                return Outcome.NO_MEMORY;
            }
        }
        int position = (int) (frame - chunk.buffer.firstFrame());
        takeOver(chunk, position);
        place.set(chunk.buffer, position);
        chunk.underWay.add(place);
        return Outcome.PLACED;
    }

    /** Frames of a full chunk are known as duplicates before they come here; the others missed their chunk. */
    private boolean isHandedOn(long number) {
        return (!closedWithHoles.isEmpty() && closedWithHoles.contains(number))
                || lane.kept().isChunked(lane.geometry().firstFrame(number));
    }

    /** The same frame on two connections: the first may be half dead, so the second has the place, and nobody writes behind its back. */
    private static void takeOver(OpenChunk chunk, int position) {
        for (int i = chunk.underWay.size() - 1; i >= 0; i--) {
            if (chunk.underWay.get(i).position() == position) {
                chunk.underWay.remove(i).lose();
            }
        }
    }

    @Override
    public void complete(FramePlace place, int checksum, long nowNs) {
        OpenChunk chunk = required(place);
        if (chunk.arrived == 0) {
            openPart(part(chunk.buffer));
        }
        chunk.arrived += chunk.buffer.present().get(place.position()) ? 0 : 1;
        chunk.buffer.arrived(place.position(), checksum, nowNs);
        if (chunk.unkept == 0) {
            chunk.unkeptSinceNs = nowNs;
        }
        chunk.unkept++;
        place.take();
        chunk.underWay.remove(place);
        chunk.lastArrivalNs = nowNs;
        if (chunk.arrived == chunk.capacity) {
            handOn(chunk);
        }
    }

    @Override
    public void abandon(FramePlace place) {
        required(place).underWay.remove(place);
        place.take();
    }

    /** Has frames kept, and acknowledged, that came so long ago and whose chunk is not full yet. */
    void keep(long nowNs, long intervalNs) {
        for (int i = 0; i < openCount; i++) {
            OpenChunk chunk = open[i];
            if (chunk.unkept > 0 && nowNs - chunk.unkeptSinceNs >= intervalNs) {
                keep(chunk);
            }
        }
    }

    private void keep(OpenChunk chunk) {
        BitSet positions = (BitSet) chunk.buffer.present().clone();
        positions.andNot(chunk.kept);
        chunk.kept.or(positions);
        chunk.unkept = 0;
        ring.keep(chunk.buffer, positions);
    }

    @Override
    public void suspend() {
        for (int i = 0; i < openCount; i++) {
            if (open[i].unkept > 0) {
                keep(open[i]);
            }
        }
    }

    @Override
    public void takenBack(List<FrameRange> frames) {
        for (FrameRange range : frames) {
            for (long frame = range.first(); frame < range.end(); frame++) {
                takenBack(frame / lane.geometry().every());
            }
        }
    }

    private void takenBack(long storedFrame) {
        long number = lane.geometry().chunk(storedFrame);
        OpenChunk chunk = find(number);
        if (chunk != null) {
            chunk.takenBack((int) (storedFrame - chunk.buffer.firstFrame()));
            return;
        }
        boolean wasFull = handedOn.contains(number) && !closedWithHoles.remove(number);
        parts.takenBack(lane.geometry().part(storedFrame), wasFull);
        handedOn.remove(number);
        lane.kept().reopen(lane.geometry().firstFrame(number));
        base = Math.min(base, number);
    }

    @Override
    public void finish() {
        for (int i = openCount - 1; i >= 0; i--) {
            handOn(open[i]);
        }
    }

    /**
     * Returns whether a connection that runs ahead would take the memory of chunks that slower ones have yet to begin: then all would wait,
     * and only loss would free them.
     */
    private boolean isAhead(long number) {
        return isShared && number >= base + lane.pool().count();
    }

    /**
     * Hands on the oldest chunk when memory is wanted and nothing came for that chunk for {@code waitNs}.
     *
     * @return whether those that wait should ask again
     */
    boolean relieve(long nowNs, long waitNs) {
        OpenChunk oldest = oldest();
        if (!isStarved) {
            return false;
        }
        if (oldest == null) {
            isStarved = false;
            base = Math.max(base, starvedOf);
            return true;
        }
        if (!oldest.underWay.isEmpty() || nowNs - oldest.lastArrivalNs <= waitNs) {
            return false;
        }
        isStarved = false;
        base = Math.max(base, oldest.number);
        handOn(oldest);
        return true;
    }

    private @Nullable OpenChunk oldest() {
        OpenChunk oldest = null;
        for (int i = 0; i < openCount; i++) {
            oldest = oldest == null || open[i].number < oldest.number ? open[i] : oldest;
        }
        return oldest;
    }

    /** hdf5-writer closes the lowest of too many parts when another one begins: what was gathered for it comes first. */
    private void openPart(long part) {
        while (parts.isTooMany(part)) {
            long lowest = parts.lowest();
            for (int i = openCount - 1; i >= 0; i--) {
                if (part(open[i].buffer) == lowest && open[i].underWay.isEmpty()) {
                    handOn(open[i]);
                }
            }
            parts.close(lowest);
        }
        parts.open(part);
        skipClosedParts();
    }

    /** Nobody waits for the chunks of a part that is closed. */
    private void skipClosedParts() {
        FrameGeometry geometry = lane.geometry();
        long part = geometry.part(geometry.firstFrame(base));
        while (parts.isClosed(part)) {
            part++;
            base = handedOn.firstAbsent(geometry.chunk(part * geometry.framesPerFile()));
        }
    }

    private long part(ChunkBuffer buffer) {
        return lane.geometry().part(buffer.firstFrame());
    }

    private @Nullable OpenChunk find(long number) {
        for (int i = openCount - 1; i >= 0; i--) {
            if (open[i].number == number) {
                return open[i];
            }
        }
        return null;
    }

    private OpenChunk required(FramePlace place) {
        for (int i = openCount - 1; i >= 0; i--) {
            if (open[i].buffer == place.chunk()) {
                return open[i];
            }
        }
        throw new IllegalStateException("frame under way in a chunk that is not open");
    }

    private @Nullable OpenChunk open(long number) {
        long first = lane.geometry().firstFrame(number);
        ChunkBuffer buffer =
                isAhead(number) || openCount == MOST_OPEN ? null : lane.pool().tryAcquire();
        if (buffer == null) {
            isStarved = true;
            starvedOf = number;
            return null;
        }
        buffer.begin(first);
        long nowNs = System.nanoTime();
        int loaded = load(buffer, nowNs);
        if (loaded > 0) {
            openPart(part(buffer));
        }
        int capacity = (int) Math.min(lane.geometry().chunkCapacity(number), storedFrames - first);
        OpenChunk chunk = spare.isEmpty() ? new OpenChunk(buffer) : spare.removeLast();
        chunk.begin(number, buffer, capacity, loaded, nowNs);
        open[openCount++] = chunk;
        return chunk;
    }

    /** Brings back what an earlier life of the daemon has acknowledged of this chunk. */
    private int load(ChunkBuffer buffer, long nowNs) {
        try {
            return lane.kept().load(buffer, lane.geometry().frameBytes(), nowNs);
        } catch (IOException e) {
            lane.pool().release(buffer);
            throw new UncheckedIOException(
                    "frames kept in a journal cannot be read: detector=" + lane.detector() + ", firstFrame="
                            + buffer.firstFrame(),
                    e);
        }
    }

    private void handOn(OpenChunk chunk) {
        for (int i = 0; i < openCount; i++) {
            if (open[i] == chunk) {
                open[i] = open[--openCount];
                break;
            }
        }
        spare.addLast(chunk);
        handedOn.add(chunk.number);
        base = handedOn.firstAbsent(base);
        if (chunk.arrived == 0) {
            lane.pool().release(chunk.buffer);
            return;
        }
        if (chunk.arrived < chunk.capacity) {
            closedWithHoles.add(chunk.number);
        } else {
            parts.full(part(chunk.buffer));
        }
        fillHoles(chunk.buffer);
        ring.publish(chunk.buffer);
    }

    private void fillHoles(ChunkBuffer buffer) {
        int frames = lane.geometry().chunkFrames();
        long frameBytes = lane.geometry().frameBytes();
        int at = buffer.present().nextClearBit(0);
        while (at < frames) {
            MemorySegment.copy(fill, 0, buffer.raw(), at * frameBytes, frameBytes);
            at = buffer.present().nextClearBit(at + 1);
        }
    }
}
