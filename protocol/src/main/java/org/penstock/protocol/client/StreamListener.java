package org.penstock.protocol.client;

import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameRange;

/**
 * Hears what the daemon says of a stream while frames are sent. All methods do nothing unless overridden.
 *
 * <p><b>Threading:</b> called by the reader threads of the stream's connections, by several at a time; must return soon, because the
 * credits of the connection wait behind it.
 */
public interface StreamListener {
    /** Hears nothing. */
    StreamListener NONE = new StreamListener() {};

    /** All frames below this index are settled; called when it has grown. */
    default void onWrittenBelow(long frameIndex) {}

    /** The daemon dropped these frames of a stream with {@code overflow: drop}. */
    default void onDropped(FrameRange frames) {}

    /** The daemon refused something; after a fatal error the connection is closed. */
    default void onError(Failure failure) {}
}
