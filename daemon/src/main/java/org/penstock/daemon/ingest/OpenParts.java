package org.penstock.daemon.ingest;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.protocol.FrameRange;

/**
 * The part files that hdf5-writer will have open when all that has arrived has come to it: it closes a part that has all its frames, and the one with the
 * lowest number when it opens one too many. Where that is not known for certain, a part counts as open.
 *
 * <p><b>Threading:</b> confined to the stream's home loop.
 */
final class OpenParts {
    private final FrameGeometry geometry;
    private final long storedFrames;
    private final int most;
    private final FrameSet closed = new FrameSet();

    /** Ascending, the first {@link #count}; beside each how many of its chunks were handed on full. */
    private long[] numbers;

    private long[] fullChunks;
    private int count;

    /**
     * Of a stream that begins, or goes on after a restart.
     *
     * @param storedFrames how many frames will be stored in all, or {@link Long#MAX_VALUE}
     * @param most how many parts may be open
     */
    OpenParts(StreamLane lane, long storedFrames, int most) {
        this.geometry = lane.geometry();
        this.storedFrames = storedFrames;
        this.most = most;
        this.numbers = new long[most];
        this.fullChunks = new long[most];
        restore(lane);
    }

    /** The parts of an earlier life of the daemon that miss frames may be open, the highest of them. */
    private void restore(StreamLane lane) {
        TreeMap<Long, Long> frames = new TreeMap<>();
        count(lane.ledger().ranges(Integer.MAX_VALUE), 1, frames);
        count(lane.losses().ranges(Integer.MAX_VALUE), -1, frames);
        frames.values().removeIf(stored -> stored == 0);
        for (Map.Entry<Long, Long> part : frames.descendingMap().entrySet()) {
            if (count < most && part.getValue() < end(part.getKey()) - first(part.getKey())) {
                open(part.getKey());
            } else {
                closed.add(part.getKey());
            }
        }
    }

    private void count(List<FrameRange> sent, int sign, Map<Long, Long> frames) {
        for (FrameRange range : sent) {
            long at = stored(range.first());
            long to = stored(range.end());
            while (at < to) {
                long next = Math.min(to, first(geometry.part(at)) + geometry.framesPerFile());
                frames.merge(geometry.part(at), sign * (next - at), Long::sum);
                at = next;
            }
        }
    }

    /** Returns the first stored frame at or behind a sent one. */
    private long stored(long sent) {
        return (sent + geometry.every() - 1) / geometry.every();
    }

    private long first(long part) {
        return part * geometry.framesPerFile();
    }

    private long end(long part) {
        return Math.min(first(part) + geometry.framesPerFile(), storedFrames);
    }

    /** Returns whether the lowest part is closed when this one comes. */
    boolean isTooMany(long part) {
        return count >= most && find(part) < 0 && !closed.contains(part);
    }

    /** Returns the part that is closed next. */
    long lowest() {
        return numbers[0];
    }

    boolean isClosed(long part) {
        return closed.contains(part);
    }

    /** Notes that something of a part has arrived. */
    void open(long part) {
        int found = find(part);
        if (found >= 0 || closed.contains(part)) {
            return;
        }
        if (count == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * count);
            fullChunks = Arrays.copyOf(fullChunks, 2 * count);
        }
        int at = -found - 1;
        System.arraycopy(numbers, at, numbers, at + 1, count - at);
        System.arraycopy(fullChunks, at, fullChunks, at + 1, count - at);
        numbers[at] = part;
        fullChunks[at] = 0;
        count++;
    }

    /** Notes that a chunk was handed on with all its frames; the last one closes its part. */
    void full(long part) {
        int at = find(part);
        if (at >= 0 && ++fullChunks[at] == geometry.chunk(end(part) - 1) - geometry.chunk(first(part)) + 1) {
            close(part);
        }
    }

    /** Notes that a part is closed; it may be already, by its last chunk. */
    void close(long part) {
        int at = find(part);
        if (at < 0) {
            return;
        }
        closed.add(part);
        count--;
        System.arraycopy(numbers, at + 1, numbers, at, count - at);
        System.arraycopy(fullChunks, at + 1, fullChunks, at, count - at);
    }

    /** Notes that frames of a chunk that was handed on are to come again: its part is open, and was opened again if need be. */
    void takenBack(long part, boolean wasFull) {
        closed.remove(part);
        open(part);
        int at = find(part);
        fullChunks[at] -= wasFull && fullChunks[at] > 0 ? 1 : 0;
    }

    private int find(long part) {
        return Arrays.binarySearch(numbers, 0, count, part);
    }
}
