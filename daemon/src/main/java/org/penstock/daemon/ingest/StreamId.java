package org.penstock.daemon.ingest;

import org.jspecify.annotations.Nullable;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;

/** The id of a stream, as messages have it. */
final class StreamId {
    private StreamId() {}

    static String required(@Nullable String id) {
        if (id == null) {
            throw new ProtocolException(ErrorCode.JSON, "key is missing: key=stream");
        }
        return id;
    }

    static String unknown(String stream) {
        return "no such stream, or it has ended: key=stream, actual=" + stream;
    }
}
