package org.penstock.daemon.scan;

import java.util.List;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.nexus.MissingFrames;
import org.penstock.protocol.FrameRange;

/**
 * The stored frames of a stream that are safe: in a chunk, or kept as bytes in a journal until their chunk is full.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
final class SafeFrames {
    private final FrameSet all = new FrameSet();
    private final FrameSet inChunks = new FrameSet();

    /** Adds a frame of a chunk; returns whether no chunk had it before. */
    boolean addInChunk(long frame) {
        all.add(frame);
        return inChunks.add(frame);
    }

    void addKept(long frame) {
        all.add(frame);
    }

    void addAll(FrameSet frames, FrameSet framesInChunks) {
        frames.ranges(Integer.MAX_VALUE).forEach(all::addAll);
        framesInChunks.ranges(Integer.MAX_VALUE).forEach(inChunks::addAll);
    }

    /** Takes a frame out; returns whether it was in a chunk. */
    boolean remove(long frame) {
        boolean wasInChunk = inChunks.contains(frame);
        all.remove(frame);
        inChunks.remove(frame);
        return wasInChunk;
    }

    /** Returns the index after the highest frame there ever was. */
    long end() {
        return all.end();
    }

    /** Returns the index after the highest frame that ever was in a chunk. */
    long endInChunks() {
        return inChunks.end();
    }

    /** Returns the frames of a part that are not safe. */
    List<FrameRange> absent(long from, long to) {
        return all.absent(from, to, Integer.MAX_VALUE);
    }

    /** Returns what is not safe of all frames below a number. */
    MissingFrames missingBelow(long frames) {
        return MissingFrames.of(all, frames);
    }

    List<FrameRange> present(long from, long to) {
        return all.present(from, to, Integer.MAX_VALUE);
    }

    /** Returns the frames of some ranges that are in none of others. */
    static List<FrameRange> without(List<FrameRange> ranges, List<FrameRange> others) {
        FrameSet there = new FrameSet();
        others.forEach(there::addAll);
        FrameSet rest = new FrameSet();
        for (FrameRange range : ranges) {
            there.absent(range.first(), range.end(), Integer.MAX_VALUE).forEach(rest::addAll);
        }
        return rest.ranges(Integer.MAX_VALUE);
    }
}
