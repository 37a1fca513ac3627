package org.penstock.protocol.client;

import java.util.List;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.StreamOpened;

/**
 * Hears what the daemon says of a stream while frames are sent. All methods do nothing unless overridden.
 *
 * <p><b>Threading:</b> called by the threads of the stream's connections, by several at a time; must return soon, because the credits of the
 * connection wait behind it.
 */
public interface StreamListener {
    /** Hears nothing. */
    StreamListener NONE = new StreamListener() {};

    /** All frames below this index are settled; called when it has grown. */
    default void onWrittenBelow(long frameIndex) {}

    /** These frames have reached a level, all of one ACK; only from a {@link ResumableStream}, which knows its frames. */
    default void onAcknowledged(List<AcknowledgedFrame> frames) {}

    /** The daemon dropped these frames of a stream with {@code overflow: drop}. */
    default void onDropped(FrameRange frames) {}

    /** The daemon asks for these frames again, and takes back what it said of them; a {@link ResumableStream} sends them by itself. */
    default void onResend(FrameRange frames) {}

    /** The daemon refused something; after a fatal error the connection is closed. */
    default void onError(Failure failure) {}

    /** A connection was lost, and is about to come back; only from a {@link ResumableStream}. */
    default void onCut(String problem) {}

    /** A connection that was lost has come back; only from a {@link ResumableStream}. */
    default void onResumed(StreamOpened opened) {}
}
