package org.penstock.daemon.pipeline;

import java.lang.foreign.MemorySegment;
import org.penstock.daemon.frame.FrameSet;

/**
 * What the receiving side must know of a stream that was opened.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param frames how many frames were announced, or {@link #UNLIMITED}
 * @param isSaved false when frames are received, counted and thrown away
 * @param mayDrop whether frames may be dropped for want of memory
 * @param connections how many connections will feed the stream
 * @param openParts how many part files may be open at a time: chunks of older ones are handed on first
 * @param fillFrame one frame of fill value
 */
public record StreamTerms(
        long frames, boolean isSaved, boolean mayDrop, int connections, int openParts, MemorySegment fillFrame) {
    /** No number of frames was announced. */
    public static final long UNLIMITED = -1;

    /** Returns whether frames are written without a number announced. */
    public boolean isOpenEnded() {
        return isSaved && frames == UNLIMITED;
    }

    /** Returns the index that no frame may reach. */
    public long frameLimit() {
        return frames == UNLIMITED ? FrameSet.MAX_FRAMES : frames;
    }

    /** Returns how many frames will be stored when every n-th is, or {@link Long#MAX_VALUE}. */
    public long storedFrames(long every) {
        return frames == UNLIMITED ? Long.MAX_VALUE : (frames + every - 1) / every;
    }
}
