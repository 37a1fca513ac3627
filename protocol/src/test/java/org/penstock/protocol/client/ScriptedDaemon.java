package org.penstock.protocol.client;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.Acknowledgement;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.Credit;
import org.penstock.protocol.Dropped;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameHeader;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.Report;
import org.penstock.protocol.Resend;
import org.penstock.protocol.StreamOpened;
import org.penstock.protocol.Welcome;

/** A daemon without files: opens what it is asked to, remembers what came, and says what the test tells it to say. */
final class ScriptedDaemon implements AutoCloseable {
    static final String STREAM = "s1";

    /** A message as it came, with the number of its connection. */
    record Received(int connection, MessageKind kind, ByteBuffer bytes) {
        FrameHeader frame() {
            return new FrameHeader(bytes);
        }

        byte[] body() {
            byte[] body = new byte[(int) Prefix.bodyBytes(bytes, 0)];
            bytes.get(Prefix.BYTES + Prefix.headerBytes(bytes, 0), body);
            return body;
        }
    }

    private final ServerSocket server;
    private final Thread acceptor;
    private final String checksum;
    private final long firstCredit;
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile @Nullable Failure refusal;
    private volatile @Nullable Report attachReport;
    private volatile StreamOpened attached = opened("written", 12, 0, 0, new FrameRange(0, 2));
    private volatile String ack = "written";
    private volatile @Nullable FrameCut frameCut;
    private volatile int muteBelow;
    private volatile boolean isHoldingPongs;

    /** Where a connection is cut: so many bytes into a frame. */
    private record FrameCut(long frameIndex, int bytes, Ending ending) {}

    /** How a connection ends. */
    enum Ending {
        CLOSE {
            @Override
            void end(Socket socket) throws IOException {
                socket.close();
            }
        },
        RESET {
            @Override
            void end(Socket socket) throws IOException {
                socket.setSoLinger(true, 0);
                socket.close();
            }
        },
        HALF_CLOSE {
            @Override
            void end(Socket socket) throws IOException {
                socket.shutdownOutput();
            }
        };

        abstract void end(Socket socket) throws IOException;
    }

    ScriptedDaemon(String checksum, long firstCredit) throws IOException {
        this(checksum, firstCredit, 0);
    }

    /** Listens on a port that another has just left. */
    ScriptedDaemon(String checksum, long firstCredit, int port) throws IOException {
        this.server = port == 0 ? freeServer() : bound(port);
        this.checksum = checksum;
        this.firstCredit = firstCredit;
        this.acceptor = Thread.ofPlatform().daemon().name("scripted").start(this::accept);
    }

    /** A port below the kernel's ephemeral ones: between two lives of a daemon no client's own end takes it. */
    private static ServerSocket freeServer() throws IOException {
        IOException last = new IOException("no free port below 32000");
        for (int attempt = 0; attempt < 1000; attempt++) {
            try {
                return bound(ThreadLocalRandom.current().nextInt(20_000, 32_000));
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    private static ServerSocket bound(int port) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return server;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    /** Answers OPEN_STREAM, ATTACH and ABORT by this from now on. */
    void refuse(Failure failure) {
        refusal = failure;
    }

    /** Answers ATTACH as usual again. */
    void refuseNoMore() {
        refusal = null;
    }

    /** Answers ATTACH by this report from now on, and closes. */
    void reportOnAttach(Report report) {
        attachReport = report;
    }

    /** Answers ATTACH by these marks and ranges from now on. */
    void has(long writtenBelow, long durableBelow, FrameRange... received) {
        attached = opened(ack, 12, writtenBelow, durableBelow, received);
    }

    /** Opens streams at this level from now on. */
    void ack(String level) {
        ack = level;
    }

    /** Cuts the first connection that comes so far into this frame. */
    void cutIn(long frameIndex, int bytes, Ending ending) {
        frameCut = new FrameCut(frameIndex, bytes, ending);
    }

    /** Says no word more on the connections there are; new ones are served. */
    void mute() {
        muteBelow = sockets.size();
    }

    /** Waits for the next message of this kind, passing over others. */
    Received await(MessageKind kind) throws InterruptedException {
        Received next = received.poll(10, TimeUnit.SECONDS);
        while (next != null && next.kind() != kind) {
            next = received.poll(10, TimeUnit.SECONDS);
        }
        if (next == null) {
            throw new AssertionError("no message came: expected=" + kind);
        }
        return next;
    }

    /** Returns whether nothing came that nobody has asked for. */
    boolean isQuiet() {
        return received.isEmpty();
    }

    void credit(int connection, long limit) throws IOException {
        ByteBuffer message = buffer(Credit.BYTES);
        Credit.write(message, 0, limit);
        say(connection, message);
    }

    void acknowledge(int connection, long writtenBelow, FrameRange... ranges) throws IOException {
        ByteBuffer message = buffer(Acknowledgement.BYTES + ranges.length * Acknowledgement.RANGE_BYTES);
        Acknowledgement.write(message, 0, writtenBelow, 0, ranges.length, 0);
        put(message, Acknowledgement.BYTES, ranges);
        say(connection, message);
    }

    void acknowledgeDurable(int connection, long writtenBelow, long durableBelow, FrameRange... ranges)
            throws IOException {
        ByteBuffer message = buffer(Acknowledgement.BYTES + ranges.length * Acknowledgement.RANGE_BYTES);
        Acknowledgement.write(message, 0, writtenBelow, durableBelow, 0, ranges.length);
        put(message, Acknowledgement.BYTES, ranges);
        say(connection, message);
    }

    void resend(int connection, FrameRange... ranges) throws IOException {
        ByteBuffer message = buffer(Resend.BYTES + ranges.length * Acknowledgement.RANGE_BYTES);
        Resend.write(message, 0, ranges.length);
        put(message, Resend.BYTES, ranges);
        say(connection, message);
    }

    void dropped(int connection, FrameRange... ranges) throws IOException {
        ByteBuffer message = buffer(Dropped.BYTES + ranges.length * Acknowledgement.RANGE_BYTES);
        Dropped.write(message, 0, ranges.length);
        put(message, Dropped.BYTES, ranges);
        say(connection, message);
    }

    void error(int connection, Failure failure) throws IOException {
        say(connection, JsonBody.message(MessageKind.ERROR, failure));
    }

    /** Leaves it to the test to answer a PING. */
    void holdPongs(boolean hold) {
        isHoldingPongs = hold;
    }

    void pong(int connection, byte[] body) throws IOException {
        say(connection, Prefix.message(MessageKind.PONG, body));
    }

    void ping(int connection, byte[] body) throws IOException {
        say(connection, Prefix.message(MessageKind.PING, body));
    }

    void report(int connection, Report report) throws IOException {
        say(connection, JsonBody.message(MessageKind.REPORT, report));
    }

    void cut(int connection) throws IOException {
        cut(connection, Ending.CLOSE);
    }

    void cut(int connection, Ending ending) throws IOException {
        ending.end(sockets.get(connection));
    }

    /** Returns how many connections there have been. */
    int connections() {
        return sockets.size();
    }

    private void say(int connection, ByteBuffer message) throws IOException {
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        sockets.get(connection).getOutputStream().write(bytes);
    }

    private static void put(ByteBuffer message, int at, FrameRange[] ranges) {
        for (int i = 0; i < ranges.length; i++) {
            message.putLong(at + 16 * i, ranges[i].first());
            message.putLong(at + 16 * i + 8, ranges[i].count());
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                int connection = sockets.size();
                sockets.add(socket);
                Thread.ofPlatform().daemon().name("scripted-" + connection).start(() -> serve(connection, socket));
            }
        } catch (SocketException _) {
            // closed: the test is over
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(int connection, Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            while (true) {
                if (isCutHere(socket, in)) {
                    return;
                }
                Received message = read(connection, in);
                if (connection >= muteBelow) {
                    answer(message);
                }
                received.add(message);
            }
        } catch (IOException _) {
            // the client is gone, or cut by the test
        }
    }

    /** Looks whether the next message is the frame to cut in, reads so much of it, and ends the connection. */
    private boolean isCutHere(Socket socket, DataInputStream in) throws IOException {
        FrameCut cut = frameCut;
        if (cut == null) {
            return false;
        }
        in.mark(FrameHeader.BYTES);
        byte[] prefix = in.readNBytes(Prefix.BYTES);
        boolean isFrame = prefix.length == Prefix.BYTES && prefix[5] == MessageKind.FRAME.code();
        boolean isHere = isFrame && Long.reverseBytes(in.readLong()) == cut.frameIndex();
        in.reset();
        if (!isHere) {
            return false;
        }
        in.readNBytes(cut.bytes());
        frameCut = null;
        cut.ending().end(socket);
        if (cut.ending() == Ending.HALF_CLOSE) {
            in.transferTo(OutputStream.nullOutputStream()); // deaf, until the client goes
        }
        return true;
    }

    private static Received read(int connection, DataInputStream in) throws IOException {
        byte[] prefixBytes = new byte[Prefix.BYTES];
        in.readFully(prefixBytes);
        ByteBuffer prefix = ByteBuffer.wrap(prefixBytes).order(ByteOrder.LITTLE_ENDIAN);
        MessageKind kind = Prefix.check(prefix, 0);
        byte[] rest = new byte[Prefix.headerBytes(prefix, 0) + (int) Prefix.bodyBytes(prefix, 0)];
        in.readFully(rest);
        ByteBuffer whole = buffer(Prefix.BYTES + rest.length);
        whole.put(0, prefixBytes).put(Prefix.BYTES, rest);
        return new Received(connection, kind, whole);
    }

    private void answer(Received message) throws IOException {
        int connection = message.connection();
        Failure refused = refusal;
        switch (message.kind()) {
            case HELLO ->
                say(
                        connection,
                        JsonBody.message(MessageKind.HELLO, new Welcome("scripted/1", 1, checksum, List.of(1))));
            case OPEN_STREAM, ATTACH, ABORT -> {
                if (refused != null) {
                    error(connection, refused);
                } else if (message.kind() != MessageKind.ABORT) {
                    opened(message);
                }
            }
            case PING -> {
                if (!isHoldingPongs) {
                    pong(connection, message.body());
                }
            }
            case STATUS -> say(connection, JsonBody.message(MessageKind.STATUS, Map.of("streams", List.of())));
            case FRAME -> check(message);
            default -> {}
        }
    }

    private void opened(Received message) throws IOException {
        Report report = attachReport;
        if (message.kind() == MessageKind.ATTACH && report != null) {
            report(message.connection(), report);
            cut(message.connection());
            return;
        }
        StreamOpened answer = attached;
        if (message.kind() == MessageKind.OPEN_STREAM) {
            OpenStream stream = JsonBody.readStrict(message.body(), OpenStream.class);
            long frameBytes = ElementType.of(stream.dtype()).bytes();
            for (long extent : stream.shape()) {
                frameBytes *= extent;
            }
            answer = opened(ack, frameBytes, 0, 0);
        }
        say(message.connection(), JsonBody.message(MessageKind.STREAM_OPENED, answer));
        if (firstCredit > 0) {
            credit(message.connection(), firstCredit);
        }
    }

    private static StreamOpened opened(
            String ack, long frameBytes, long writtenBelow, long durableBelow, FrameRange... received) {
        return new StreamOpened(
                STREAM,
                "c1",
                1,
                "1.1",
                null,
                null,
                frameBytes,
                100,
                1,
                ack,
                "scripted",
                writtenBelow,
                durableBelow,
                List.of(received),
                List.of());
    }

    private void check(Received message) {
        Checksum sum = new Checksum(Checksum.Kind.valueOf(checksum.toUpperCase(Locale.ROOT)));
        FrameHeader header = message.frame();
        int bytes = (int) header.bodyBytes();
        if (header.payloadChecksum() != sum.of(message.bytes(), FrameHeader.BYTES, bytes)
                || header.headerChecksum() != sum.of(message.bytes(), 0, FrameHeader.CHECKED_BYTES)) {
            throw new AssertionError("checksum of the frame is wrong: frame=" + header.frameIndex());
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            // while it is still in accept() the port is taken; and it may just have taken a connection
            acceptor.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
