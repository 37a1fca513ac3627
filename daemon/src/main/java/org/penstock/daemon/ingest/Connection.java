package org.penstock.daemon.ingest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.pipeline.Acquisitions;
import org.penstock.daemon.pipeline.OpenedStream;
import org.penstock.daemon.ring.FrameMarks;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Interval;
import org.penstock.protocol.Abort;
import org.penstock.protocol.Attach;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.End;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.Hello;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.Welcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: the state machine of {@code protocol/README.md} section 1.
 *
 * <p><b>Threading:</b> confined to its event loop, but for {@link #requestFlush}, {@link #onLoop} and {@link #hasEnded}.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    private enum State {
        CONNECTED,
        GREETED,
        OPENING,
        STREAMING,
        ENDING,
        CONTROL,
        CLOSED
    }

    private final IngestServer server;
    private final Channel channel;
    private final Repeats repeats = new Repeats();
    private final Gatekeeper gate;
    private final FrameReceiver receiver;
    private final FrameDecoder decoder;
    private final ReadGate reading;
    private final AtomicBoolean flushRequested = new AtomicBoolean();
    private final Runnable flush = this::flush;

    private State state = State.CONNECTED;
    private String client = "unknown client";
    private volatile boolean hasEnded;
    private volatile @Nullable IngestStream stream;
    private @Nullable AckWriter acks;
    private @Nullable Interval sinceLastStatus;

    Connection(IngestServer server, Channel channel) {
        this.server = server;
        this.channel = channel;
        this.gate = server.gatekeeper(() -> TlsDetector.peer(channel));
        this.receiver = new FrameReceiver(this, server);
        this.decoder = receiver.decoder();
        this.reading = new ReadGate(channel, decoder);
    }

    TargetAllocator allocator() {
        return new TargetAllocator(decoder);
    }

    FrameDecoder decoder() {
        return decoder;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        server.telemetry().increment(Counter.CONNECTIONS_ACCEPTED);
        context.executor().schedule(this::checkHandshake, server.handshakeTimeoutNs(), TimeUnit.NANOSECONDS);
    }

    private void checkHandshake() {
        if (state == State.CONNECTED || state == State.GREETED) {
            refuse(new ProtocolException(
                    ErrorCode.HANDSHAKE_TIMEOUT, "nothing was opened in time: state=" + state + ", peer=" + peer()));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf target = (ByteBuf) message;
        try {
            decoder.read(target);
        } catch (ProtocolException e) {
            refuse(e);
        } finally {
            target.release();
        }
        if (decoder.isWaiting()) {
            server.telemetry().increment(Counter.BACK_PRESSURE);
            reading.hold();
        }
    }

    /** A client that does not read its acknowledgements gets none until it does; one that does not read its answers may ask again when it has. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            reading.answersWereRead();
            requestFlush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        IngestStream attached = stream;
        if (attached != null && state == State.STREAMING && !hasEnded) {
            LOG.warn("connection lost: peer={}, {}, {}", peer(), receiver.underWay(), decoder.position());
        }
        state = State.CLOSED;
        leave();
        receiver.close();
        server.closed(this);
    }

    private void leave() {
        hasEnded = true;
        IngestStream attached = stream;
        if (attached != null) {
            letGo();
            attached.leave(this);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.warn("connection broken: peer={}: {}", peer(), cause.getMessage());
            channel.close();
        } else {
            LOG.error("connection failed: peer={}", peer(), cause);
            refuse(new ProtocolException(ErrorCode.INTERNAL, "a fault of the daemon's own: " + cause));
        }
    }

    void onMessage(MessageKind kind, byte[] body) {
        switch (kind) {
            case HELLO -> hello(body);
            case OPEN_STREAM -> openStream(body);
            case ATTACH -> attach(body);
            case END -> end(body);
            case ABORT -> abort(body);
            case STATUS -> status();
            case PING -> ping(body);
            case PONG -> LOG.trace("pong: peer={}", peer());
            case ERROR -> LOG.warn("client reports: peer={}, {}", peer(), JsonBody.readLenient(body, Failure.class));
            default -> throw new ProtocolException(ErrorCode.UNEXPECTED_MESSAGE, "not for the daemon: kind=" + kind);
        }
    }

    private void hello(byte[] body) {
        expect(MessageKind.HELLO, State.CONNECTED);
        Hello hello = JsonBody.readLenient(body, Hello.class);
        gate.greet(hello.token());
        client = hello.client() == null ? client : hello.client();
        Checksum.Kind checksum = Checksum.Kind.agree(hello.checksums());
        decoder.checksum(checksum);
        state = Hello.CONTROL.equals(hello.role()) ? State.CONTROL : State.GREETED;
        send(
                MessageKind.HELLO,
                new Welcome(server.name(), Prefix.VERSION, checksum.wireName(), List.of(Prefix.VERSION)));
    }

    private void openStream(byte[] body) {
        expect(MessageKind.OPEN_STREAM, State.GREETED);
        server.expectOpen();
        OpenStream request = JsonBody.readStrict(body, OpenStream.class);
        gate.admitFrames("OPEN_STREAM", request.detector());
        IngestStream opening =
                new IngestStream(server, channel.eventLoop(), decoder.checksum().kind());
        state = State.OPENING;
        server.acquisitions().open(request, decoder.checksum().kind(), opening, new Acquisitions.OpenReply() {
            @Override
            public void opened(OpenedStream opened) {
                opening.home().execute(() -> {
                    opening.opened(opened);
                    server.remember(opening);
                    attachTo(opening);
                });
            }

            @Override
            public void refused(ProtocolException why) {
                onLoop(() -> refuse(why));
            }
        });
    }

    private void attach(byte[] body) {
        expect(MessageKind.ATTACH, State.GREETED);
        String id = StreamId.required(JsonBody.readStrict(body, Attach.class).stream());
        IngestStream found = server.stream(id);
        if (found == null) {
            Report report = server.acquisitions().reportOf(id);
            if (report == null) {
                throw new ProtocolException(ErrorCode.UNKNOWN_STREAM, StreamId.unknown(id));
            }
            gate.admitFrames("ATTACH", report.detector());
            report(report);
            return;
        }
        gate.admitFrames("ATTACH", found.lane().detector());
        found.expectChecksum(decoder.checksum().kind());
        state = State.OPENING;
        found.home().execute(() -> attachTo(found));
    }

    /** Joins a stream; on its home loop. A connection of a gathered stream moves there first: one that ends meanwhile need not reach it on its way. */
    private void attachTo(IngestStream target) {
        if (target.isGathered() && !channel.eventLoop().equals(target.home())) {
            onLoop(() -> moveTo(target));
        } else if (target.attach(this)) {
            onLoop(() -> begin(target));
        } else {
            awaitReport(target);
        }
    }

    /** The stream is ending: all that is left to say is its report. On the home loop. */
    private void awaitReport(IngestStream target) {
        onLoop(() -> {
            stream = target;
            hasEnded = true;
            if (state == State.OPENING) {
                state = State.ENDING;
            }
        });
        target.awaitReport(this);
    }

    private void moveTo(IngestStream target) {
        channel.deregister().addListener((ChannelFutureListener) _ -> target.home()
                .register(channel)
                .addListener((ChannelFutureListener) moved -> {
                    if (moved.isSuccess()) {
                        target.home().execute(() -> attachTo(target));
                    } else {
                        LOG.warn("connection not moved: peer={}", peer(), moved.cause());
                        channel.close();
                    }
                }));
    }

    private void begin(IngestStream target) {
        if (state != State.OPENING) {
            target.home().execute(() -> target.detach(this)); // the client has gone meanwhile
            return;
        }
        stream = target;
        state = State.STREAMING;
        receiver.begin(target);
        FrameMarks durable = target.lane().durable();
        acks = new AckWriter(context(), target.lane().marks(), durable);
        send(MessageKind.STREAM_OPENED, target.answer());
        flush();
    }

    private void end(byte[] body) {
        expect(MessageKind.END, State.STREAMING);
        End end = JsonBody.readStrict(body, End.class);
        IngestStream ending = required();
        Long frames = end.frames();
        if (frames != null
                && (frames < 0
                        || frames > ending.terms().frameLimit()
                        || frames < ending.lane().ledger().end())) {
            throw new ProtocolException(
                    ErrorCode.BAD_VALUE,
                    "frame count contradicts the stream: key=frames, expected="
                            + ending.lane().ledger().end() + " to "
                            + ending.terms().frameLimit() + ", actual=" + frames);
        }
        state = State.ENDING;
        hasEnded = true;
        ending.home().execute(() -> ending.end(frames));
    }

    private void abort(byte[] body) {
        expectGreeting(MessageKind.ABORT);
        Abort abort = JsonBody.readStrict(body, Abort.class);
        String id = StreamId.required(abort.stream());
        IngestStream target = server.stream(id);
        gate.admitAbort(id, target == null ? null : target.lane().detector());
        if (target == null) {
            warn(ErrorCode.UNKNOWN_STREAM, StreamId.unknown(id), null);
        } else {
            server.abort(target, abort.reason() == null ? "aborted by " + client : abort.reason());
        }
    }

    private void status() {
        expectGreeting(MessageKind.STATUS);
        gate.admitStatus();
        if (sinceLastStatus == null) {
            sinceLastStatus = server.telemetry().newInterval();
        }
        send(MessageKind.STATUS, server.status(sinceLastStatus));
    }

    private void ping(byte[] body) {
        expectGreeting(MessageKind.PING);
        channel.writeAndFlush(Unpooled.wrappedBuffer(Pong.to(body)));
        reading.answered();
    }

    private void expect(MessageKind kind, State expected) {
        if (state != expected) {
            throw new ProtocolException(
                    ErrorCode.UNEXPECTED_MESSAGE,
                    "message not expected now: kind=" + kind + ", state=" + state + ", expected state=" + expected);
        }
    }

    private void expectGreeting(MessageKind kind) {
        if (state == State.CONNECTED) {
            expect(kind, State.GREETED);
        }
    }

    /** Refuses a frame or an array that comes before the stream is open or after its end. */
    void expectStreaming(MessageKind kind) {
        if (state == State.ENDING && required().takesAgain()) {
            return;
        }
        expect(kind, State.STREAMING);
    }

    /** Has acknowledgements and credit sent soon; any thread. */
    void requestFlush() {
        if (flushRequested.compareAndSet(false, true)) {
            onLoop(flush);
        }
    }

    /** A frame of the stream was lost behind the ring; any thread. */
    void tellLoss(LostFrame loss) {
        receiver.lost(loss);
    }

    private void flush() {
        flushRequested.set(false);
        AckWriter writer = acks;
        if (writer == null || state == State.CLOSED || !channel.isWritable()) {
            return;
        }
        // the mark is read first and told last: a loss that it passes has then been told
        writer.look();
        boolean wrote = receiver.tellLosses();
        writer.acknowledge(receiver.takeDuplicateSeen());
        writer.credit(receiver.frameLimit());
        wrote |= writer.write();
        if (wrote) {
            channel.flush();
        }
        required().told(writer);
        if (decoder.isWaiting()) {
            goOn();
        }
    }

    private void goOn() {
        try {
            decoder.proceed();
        } catch (ProtocolException e) {
            refuse(e);
        }
        reading.goOn();
    }

    /** Lets go of slab memory: the stream ends. */
    void letGo() {
        receiver.letGo();
        hasEnded = true;
        if (state == State.STREAMING) {
            state = State.ENDING;
            decoder.halt(); // others have ended the stream: what this one still sends is read over
            reading.open();
        }
    }

    void report(Report report) {
        flush();
        decoder.halt();
        state = State.ENDING;
        reading.open();
        sendLastWord(MessageKind.REPORT, report);
    }

    /** The daemon stops; the stream goes on when it is started again. */
    void suspended(String reason) {
        flush();
        decoder.halt();
        reading.open();
        sendLastWord(
                MessageKind.ERROR,
                new Failure(
                        ErrorCode.SUSPENDED.wireName(),
                        reason + ": the scan is suspended; connect again and ATTACH",
                        true,
                        null));
    }

    void resend(List<FrameRange> frames) {
        ResendRequest.send(channel, frames);
    }

    /** Tells of something wrong that leaves the connection as it is. */
    void warn(ErrorCode code, String message, @Nullable Long frame) {
        long unsaid = repeats.next(code, System.nanoTime());
        if (unsaid != Repeats.UNSAID) {
            String others = unsaid == 0 ? "" : " (and " + unsaid + " before that were not logged)";
            LOG.warn("{}: peer={}, client={}: {}{}", code.wireName(), peer(), client, message, others);
        }
        send(MessageKind.ERROR, new Failure(code.wireName(), message, false, frame));
    }

    /** Tells what is wrong and closes. */
    private void refuse(ProtocolException why) {
        LOG.warn(
                "connection refused: peer={}, client={}, code={}: {}",
                peer(),
                client,
                why.code().wireName(),
                why.getMessage());
        server.telemetry().increment(Counter.CONNECTIONS_REFUSED);
        decoder.halt();
        reading.open();
        leave();
        sendLastWord(
                MessageKind.ERROR, new Failure(why.code().wireName(), String.valueOf(why.getMessage()), true, null));
    }

    private void sendLastWord(MessageKind kind, Object body) {
        state = State.CLOSED;
        LastWord.send(channel, kind, body);
    }

    private void send(MessageKind kind, Object body) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(JsonBody.message(kind, body)));
        reading.answered();
    }

    void onLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException _) { // the loop has ended: nobody is left to be told
        }
    }

    /** Returns whether no more frames can come from here; any thread. */
    boolean hasEnded() {
        return hasEnded;
    }

    ChannelHandlerContext context() {
        return channel.pipeline().context(this);
    }

    IngestStream required() {
        IngestStream attached = stream;
        if (attached == null) {
            throw new IllegalStateException("connection has no stream");
        }
        return attached;
    }

    /** Closes behind what is still to be written; any thread. */
    void close() {
        onLoop(() -> LastWord.close(channel));
    }

    String peer() {
        return String.valueOf(channel.remoteAddress());
    }
}
