package org.penstock.daemon.pipeline;

import org.penstock.protocol.Report;

/** Told which streams are open; on hdf5-writer, so it must not wait. */
public interface StreamListener {
    /** A stream may send, or goes on after a restart. */
    void opened(OpenedStream stream);

    /** It has ended, and this became of it. */
    void ended(Report report);

    /** It goes on when the daemon is started again. */
    void suspended(OpenedStream stream);
}
