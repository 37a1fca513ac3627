package org.penstock.protocol.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import jdk.net.ExtendedSocketOptions;
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

    // a peer that has gone while nothing was under way is noticed by the system after 25 s, not after its two hours
    private static final int KEEPALIVE_IDLE_S = 10;
    private static final int KEEPALIVE_INTERVAL_S = 5;
    private static final int KEEPALIVE_PROBES = 3;

    private static final String CLIENT = "penstock-java/1";
    private static final List<String> CHECKSUMS = List.of("crc32c", "crc32", "none");

    private final SocketChannel channel;
    private final MessageReader reader;
    private final Checksum.Kind checksum;

    // a frame is one message on the wire: two threads must not mix theirs. Uncontended where each thread has its own
    // connection
    private final ReentrantLock writing = new ReentrantLock();
    private volatile byte @Nullable [] pingToAnswer;

    private Link(SocketChannel channel, String role, List<String> checksums) throws IOException {
        this.channel = channel;
        this.reader = new MessageReader(channel.socket().getInputStream());
        write(MessageKind.HELLO, new Hello(role, CLIENT, checksums, ClientToken.read()));
        Welcome welcome = answer(MessageKind.HELLO, Welcome.class);
        this.checksum = agreed(welcome.checksum());
    }

    /** Connects and says hello. */
    static Link connect(InetSocketAddress daemon, String role) throws IOException {
        return connect(daemon, role, CHECKSUMS, ANSWER_MS);
    }

    /** Connects for frames whose checksums are of this kind already. */
    static Link connect(InetSocketAddress daemon, Checksum.Kind checksum) throws IOException {
        return connect(daemon, checksum, ANSWER_MS);
    }

    /** The same, waiting no longer than that for an answer. */
    static Link connect(InetSocketAddress daemon, Checksum.Kind checksum, long mostMs) throws IOException {
        return connect(daemon, Hello.DATA, List.of(checksum.wireName()), (int) Math.min(mostMs, ANSWER_MS));
    }

    private static Link connect(InetSocketAddress daemon, String role, List<String> checksums, int answerMs)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            keepAlive(channel);
            channel.socket().connect(daemon, Math.min(CONNECT_MS, answerMs));
            refuseItself(channel);
            channel.socket().setSoTimeout(answerMs);
            return new Link(channel, role, checksums);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void keepAlive(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_INTERVAL_S);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_PROBES);
        }
    }

    /** A port of this machine that nobody listens on may be given to the client's own end, and TCP then connects the two. */
    private static void refuseItself(SocketChannel channel) throws IOException {
        if (channel.getLocalAddress().equals(channel.getRemoteAddress())) {
            throw new ConnectException("connected to itself, no daemon listens: address=" + channel.getRemoteAddress());
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
        channel.socket().setSoTimeout(silenceMs);
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
                    "no answer from the daemon: expected=" + expected + ", waitedMs="
                            + channel.socket().getSoTimeout(),
                    e);
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
            channel.write(messages);
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
        channel.close();
    }
}
