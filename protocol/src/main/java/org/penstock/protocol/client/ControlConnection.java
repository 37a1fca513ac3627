package org.penstock.protocol.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.penstock.protocol.Abort;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.ProtocolException;

/**
 * A connection that never waits behind frames: status, abort, ping.
 *
 * <p><b>Threading:</b> any thread; one question at a time.
 */
public final class ControlConnection implements Closeable {
    private static final byte[] NOTHING = {};

    private final Link link;
    private final ReentrantLock asking = new ReentrantLock();

    ControlConnection(Link link) {
        this.link = link;
    }

    /**
     * Asks what the daemon is doing.
     *
     * @throws IOException when the connection broke or no answer came
     */
    public JsonNode status() throws IOException {
        asking.lock();
        try {
            link.write(MessageKind.STATUS, Map.of());
            return link.answer(MessageKind.STATUS, JsonNode.class);
        } finally {
            asking.unlock();
        }
    }

    /**
     * Ends a stream now; what was written stays. Returns when the daemon has taken it.
     *
     * @param stream its id
     * @param reason for the log, the report and the file
     * @throws ProtocolException with code {@code unknown_stream} when there is none
     * @throws IOException when the connection broke or no answer came
     */
    public void abort(String stream, String reason) throws IOException {
        asking.lock();
        try {
            link.write(MessageKind.ABORT, new Abort(stream, reason));
            // ABORT itself is answered only when it is refused
            ping();
        } finally {
            asking.unlock();
        }
    }

    /**
     * Asks for a sign of life.
     *
     * @throws IOException when none came
     */
    public void ping() throws IOException {
        asking.lock();
        try {
            link.write(Prefix.message(MessageKind.PING, NOTHING));
            link.answer(MessageKind.PONG);
        } finally {
            asking.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        link.close();
    }
}
