package org.penstock.protocol.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.penstock.protocol.Attach;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.Hello;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;

/**
 * Connects to a daemon, in plain TCP or in TLS, as its {@link Endpoint} says. Where it asks for a token, that is read from the file which the environment's {@code PENSTOCK_TOKEN_FILE} names.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class PenstockClient {
    private PenstockClient() {}

    /** Opens a stream in plain TCP and listens to nothing; see {@link #open(Endpoint, OpenStream, StreamListener)}. */
    public static FrameStream open(InetSocketAddress daemon, OpenStream stream) throws IOException {
        return open(daemon, stream, StreamListener.NONE);
    }

    /** Opens a stream in plain TCP; see {@link #open(Endpoint, OpenStream, StreamListener)}. */
    public static FrameStream open(InetSocketAddress daemon, OpenStream stream, StreamListener listener)
            throws IOException {
        return open(Endpoint.plain(daemon), stream, listener);
    }

    /**
     * Opens a stream over as many connections as it asks for.
     *
     * @throws ProtocolException with the daemon's code when it refuses the stream
     * @throws IOException when there is no daemon or it does not answer
     */
    public static FrameStream open(Endpoint daemon, OpenStream stream, StreamListener listener) throws IOException {
        boolean waitsForCredit = !OpenStream.DROP.equals(stream.overflow());
        Integer connections = stream.connections();
        Link link = Link.connect(daemon, Hello.DATA);
        StreamOpened opened = ask(link, MessageKind.OPEN_STREAM, stream);
        return FrameStream.start(
                new FrameStream.Setting(daemon, opened, waitsForCredit, listener, FrameRecord.of(stream.frameValues())),
                link,
                connections == null ? 1 : connections);
    }

    /** Opens a stream that keeps its frames, in plain TCP; see {@link #open(Endpoint, OpenStream, StreamListener, RetryPolicy)}. */
    public static ResumableStream open(
            InetSocketAddress daemon, OpenStream stream, StreamListener listener, RetryPolicy policy)
            throws IOException {
        return open(Endpoint.plain(daemon), stream, listener, policy);
    }

    /**
     * Opens a stream that keeps its frames until they are acknowledged, and comes back after cuts and restarts of the daemon.
     *
     * @throws ProtocolException with the daemon's code when it refuses the stream
     * @throws IOException when there is no daemon or it does not answer; only what was opened once comes back
     */
    public static ResumableStream open(Endpoint daemon, OpenStream stream, StreamListener listener, RetryPolicy policy)
            throws IOException {
        Link link = Link.connect(daemon, Hello.DATA);
        StreamOpened opened = ask(link, MessageKind.OPEN_STREAM, stream);
        return ResumableStream.start(
                new StreamSetting(daemon, stream, opened, link.checksum(), listener, policy), link);
    }

    /** Takes a stream up again in plain TCP; see {@link #attach(Endpoint, String, int, StreamListener)}. */
    public static FrameStream attach(
            InetSocketAddress daemon, String streamId, int connections, StreamListener listener) throws IOException {
        return attach(Endpoint.plain(daemon), streamId, connections, listener);
    }

    /**
     * Takes a stream up again after a cut; {@link FrameStream#opened()} then tells which frames need not be sent again.
     *
     * @param streamId from {@link StreamOpened#stream()}
     * @param connections how many to open
     * @throws ProtocolException with code {@code unknown_stream} or {@code stream_ended} when it cannot be taken up
     * @throws IOException when there is no daemon or it does not answer
     */
    public static FrameStream attach(Endpoint daemon, String streamId, int connections, StreamListener listener)
            throws IOException {
        Link link = Link.connect(daemon, Hello.DATA);
        StreamOpened opened = ask(link, MessageKind.ATTACH, new Attach(streamId));
        return FrameStream.start(new FrameStream.Setting(daemon, opened, true, listener, null), link, connections);
    }

    /** Opens a connection that carries no frames, in plain TCP; see {@link #control(Endpoint)}. */
    public static ControlConnection control(InetSocketAddress daemon) throws IOException {
        return control(Endpoint.plain(daemon));
    }

    /**
     * Opens a connection that carries no frames.
     *
     * @throws ProtocolException with the daemon's code when it refuses
     * @throws IOException when there is no daemon or it does not answer
     */
    public static ControlConnection control(Endpoint daemon) throws IOException {
        return new ControlConnection(Link.connect(daemon, Hello.CONTROL));
    }

    private static StreamOpened ask(Link link, MessageKind kind, Object body) throws IOException {
        try {
            link.write(kind, body);
            if (link.answer(MessageKind.STREAM_OPENED, MessageKind.REPORT) == MessageKind.STREAM_OPENED) {
                return link.body(StreamOpened.class);
            }
            Report report = link.body(Report.class);
            throw new ProtocolException(
                    ErrorCode.STREAM_ENDED,
                    "stream has ended: stream=" + report.stream() + ", state=" + report.state() + ", reason="
                            + report.reason() + ", framesWritten=" + report.framesWritten());
        } catch (IOException | RuntimeException e) {
            link.close();
            throw e;
        }
    }
}
