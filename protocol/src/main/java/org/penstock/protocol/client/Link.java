package org.penstock.protocol.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.Failure;
import org.penstock.protocol.Hello;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Welcome;

/**
 * One socket to the daemon, greeted: whole messages go out, whole messages come in.
 *
 * <p><b>Threading:</b> any thread may write, one message after the other; one thread reads.
 */
final class Link implements AutoCloseable {
    private static final int CONNECT_MS = 10_000;
    private static final int ANSWER_MS = 30_000;

    private static final String CLIENT = "penstock-java/1";
    private static final List<String> CHECKSUMS = List.of("crc32c", "crc32", "none");

    private final Transport transport;
    private final MessageReader reader;
    private final Checksum.Kind checksum;

    // a frame is one message on the wire: two threads must not mix theirs. Uncontended where each thread has its own
    // connection
    private final ReentrantLock writing = new ReentrantLock();
    private volatile byte @Nullable [] pingToAnswer;

    private Link(Transport transport, String role, List<String> checksums) throws IOException {
        this.transport = transport;
        this.reader = new MessageReader(transport.in());
        write(MessageKind.HELLO, new Hello(role, CLIENT, checksums, ClientToken.read()));
        Welcome welcome = answer(MessageKind.HELLO, Welcome.class);
        this.checksum = agreed(welcome.checksum());
    }

    /** Connects and says hello. */
    static Link connect(Endpoint daemon, String role) throws IOException {
        return connect(daemon, role, CHECKSUMS, ANSWER_MS);
    }

    /** Connects for frames whose checksums are of this kind already. */
    static Link connect(Endpoint daemon, Checksum.Kind checksum) throws IOException {
        return connect(daemon, checksum, ANSWER_MS);
    }

    /** The same, waiting no longer than that for an answer. */
    static Link connect(Endpoint daemon, Checksum.Kind checksum, long mostMs) throws IOException {
        return connect(daemon, Hello.DATA, List.of(checksum.wireName()), (int) Math.min(mostMs, ANSWER_MS));
    }

    private static Link connect(Endpoint daemon, String role, List<String> checksums, int answerMs) throws IOException {
        Transport transport = Transport.connect(daemon, Math.min(CONNECT_MS, answerMs), answerMs);
        try {
            return new Link(transport, role, checksums);
        } catch (SocketException | EOFException | SSLException e) {
            IOException known = transport.brokenOff(e);
            transport.close();
            throw known;
        } catch (IOException | RuntimeException e) {
            transport.close();
            throw e;
        }
    }

    Checksum.Kind checksum() {
        return checksum;
    }

    /**
     * Returns the reader, for the thread that reads from now on.
     *
     * @param silenceMs after how long without a byte reading is interrupted by a {@link SocketTimeoutException}, to be gone on with; 0 for never
     */
    MessageReader startReading(int silenceMs) throws IOException {
        transport.readTimeout(silenceMs);
        return reader;
    }

    /** Waits for the one message that may come now; an ERROR becomes a {@link ProtocolException}. */
    <T> T answer(MessageKind expected, Class<T> type) throws IOException {
        return JsonBody.readLenient(answer(expected), type);
    }

    /** Waits for the one message that may come now and returns its body; a PING in between is answered. */
    byte[] answer(MessageKind expected) throws IOException {
        answer(expected, expected);
        return reader.body();
    }

    /** Waits for one of two messages and returns which it is; its body is then {@link #body}. */
    MessageKind answer(MessageKind expected, MessageKind orElse) throws IOException {
        MessageKind kind = next(expected);
        while (kind != expected && kind != orElse) {
            switch (kind) {
                case ERROR -> throw exception(JsonBody.readLenient(reader.body(), Failure.class));
                case PING -> pong(reader.body());
                case PONG -> {}
                default ->
                    throw new ProtocolException(
                            ErrorCode.UNEXPECTED_MESSAGE,
                            "unexpected answer from the daemon: expected=" + expected + ", actual=" + kind);
            }
            kind = next(expected);
        }
        return kind;
    }

    /** Reads the body of the answer that came. */
    <T> T body(Class<T> type) {
        return JsonBody.readLenient(reader.body(), type);
    }

    private MessageKind next(MessageKind expected) throws IOException {
        try {
            MessageKind kind = reader.next();
            if (kind == null) {
                throw new EOFException("connection closed by the daemon: expected=" + expected);
            }
            return kind;
        } catch (SocketTimeoutException e) {
            throw new IOException(
                    "no answer from the daemon: expected=" + expected + ", waitedMs=" + transport.readTimeout(), e);
        }
    }

    /** Turns what the daemon said into what is thrown. */
    static ProtocolException exception(Failure failure) {
        ErrorCode code = ErrorCode.of(failure.code());
        return code == null
                ? new ProtocolException(ErrorCode.INTERNAL, failure.code() + ": " + failure.message())
                : new ProtocolException(code, failure.message());
    }

    /** Throws the reader's reason again, where the caller's stack shows it; what is not the daemon's word is returned. */
    static IOException again(String what, Throwable reason) {
        if (reason instanceof ProtocolException e) {
            throw new ProtocolException(e.code(), String.valueOf(e.getMessage()), e);
        }
        return new IOException(what + ", problem=" + reason.getMessage(), reason);
    }

    /** Sends a message with a JSON body. */
    void write(MessageKind kind, Object body) throws IOException {
        write(JsonBody.message(kind, body));
    }

    /** Sends the bytes of whole messages. */
    void write(ByteBuffer... messages) throws IOException {
        lock();
        try {
            writeLocked(messages);
        } finally {
            unlock();
        }
    }

    /** Takes the socket for the caller's message; {@link #unlock()} in a finally. */
    void lock() {
        writing.lock();
    }

    /** Writes all of the buffers; the caller holds the lock. */
    void writeLocked(ByteBuffer[] messages) throws IOException {
        ByteBuffer last = messages[messages.length - 1];
        while (last.hasRemaining()) {
            transport.write(messages);
        }
    }

    void unlock() {
        writing.unlock();
        answerPing();
    }

    /**
     * Answers a PING as soon as nobody writes. The reader never waits for the lock: a writer may be held up until the reader has
     * taken what the daemon says.
     */
    void pong(byte[] body) {
        pingToAnswer = body;
        answerPing();
    }

    private void answerPing() {
        while (pingToAnswer != null && writing.tryLock()) {
            try {
                byte[] body = pingToAnswer;
                pingToAnswer = null;
                if (body != null) {
                    writeLocked(new ByteBuffer[] {Prefix.message(MessageKind.PONG, body)});
                }
            } catch (IOException _) {
                // the reader sees the same end of the connection and tells it
                return;
            } finally {
                writing.unlock();
            }
        }
    }

    private static Checksum.Kind agreed(String wireName) {
        for (Checksum.Kind kind : Checksum.Kind.values()) {
            if (kind.wireName().equals(wireName)) {
                return kind;
            }
        }
        throw new ProtocolException(
                ErrorCode.BAD_VALUE, "unknown checksum kind: expected=one of " + CHECKSUMS + ", actual=" + wireName);
    }

    @Override
    public void close() throws IOException {
        transport.close();
    }
}
