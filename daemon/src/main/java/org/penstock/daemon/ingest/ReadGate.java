package org.penstock.daemon.ingest;

import io.netty.channel.Channel;

/**
 * Whether a connection is read: not while its stream has no memory for the next frame, and not while its peer leaves answers unread, which would fill the
 * heap.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class ReadGate {
    private final Channel channel;
    private final FrameDecoder decoder;
    private boolean hasUnreadAnswers;

    ReadGate(Channel channel, FrameDecoder decoder) {
        this.channel = channel;
        this.decoder = decoder;
    }

    /** Reads no more until {@link #goOn}. */
    void hold() {
        channel.config().setAutoRead(false);
    }

    /** An answer was written: when many are unread by now, nothing is read until {@link #answersWereRead}. */
    void answered() {
        if (!channel.isWritable()) {
            hasUnreadAnswers = true;
            hold();
        }
    }

    /** The peer has read most of what was written. */
    void answersWereRead() {
        hasUnreadAnswers = false;
        goOn();
    }

    /** Reads on, unless there is a reason left not to. */
    void goOn() {
        if (!decoder.isWaiting() && !hasUnreadAnswers) {
            open();
        }
    }

    /** Reads on whatever comes: it is answered no more. */
    void open() {
        channel.config().setAutoRead(true);
    }
}
