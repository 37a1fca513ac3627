package org.penstock.protocol.client;

import java.util.List;
import org.penstock.protocol.AckLevel;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.Report;

/**
 * What a connection hears, told to the stream that it belongs to.
 *
 * <p><b>Threading:</b> called by the connection's reader thread, one call after the other.
 */
interface ConnectionEvents {
    /**
     * One ACK.
     *
     * @param writtenBelow the mark of level {@code written}
     * @param durableBelow the mark of level {@code durable}
     * @param written ranges above the first mark
     * @param durable ranges above the second
     */
    record Acknowledged(long writtenBelow, long durableBelow, List<FrameRange> written, List<FrameRange> durable) {
        long below(AckLevel level) {
            return level == AckLevel.WRITTEN ? writtenBelow : durableBelow;
        }

        List<FrameRange> ranges(AckLevel level) {
            return level == AckLevel.WRITTEN ? written : durable;
        }
    }

    /** There is more credit. */
    void credited();

    /** Frames are safe. */
    void acknowledged(Acknowledged frames);

    /** Frames were dropped. */
    void dropped(List<FrameRange> frames);

    /** Frames must be sent again. */
    void takenBack(List<FrameRange> frames);

    /** Something was refused; the end of the connection follows when it is fatal. */
    void refused(Failure failure);

    /** The stream has ended. */
    void reported(Report report);

    /** A PING that carried this number was answered. */
    void ponged(long number);

    /** Nothing was heard for {@code silentMs}; returns whether to wait on. Asked only where a silent daemon is doubted. */
    boolean isStillTrusted(long silentMs);

    /** The connection is at its end. */
    void ended(Throwable reason);
}
