package org.penstock.daemon.ingest;

import java.nio.ByteBuffer;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.ProtocolException;

/** The answer to a PING: its body, which a peer must not use to have the daemon carry much. */
final class Pong {
    private static final int MOST_BYTES = 256;

    private Pong() {}

    /** Returns the whole message. */
    static ByteBuffer to(byte[] body) {
        if (body.length > MOST_BYTES) {
            throw new ProtocolException(
                    ErrorCode.BODY_BYTES,
                    "body too long: kind=PING, expected<=" + MOST_BYTES + ", actual=" + body.length);
        }
        return Prefix.message(MessageKind.PONG, body);
    }
}
