package org.penstock.daemon.ingest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.Prefix;

/** A message whose body is not JSON. */
final class BinaryMessage {
    private BinaryMessage() {}

    static ByteBuffer of(MessageKind kind, byte[] body) {
        ByteBuffer message = ByteBuffer.allocate(Prefix.BYTES + body.length).order(ByteOrder.LITTLE_ENDIAN);
        Prefix.write(message, 0, kind, body.length);
        return message.put(Prefix.BYTES, body);
    }
}
