package org.penstock.protocol.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.penstock.protocol.Attach;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.Hello;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;

/**
 * Connects to a daemon. Where it asks for a token, that is read from the file which the environment's {@code PENSTOCK_TOKEN_FILE} names.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class PenstockClient {
    private PenstockClient() {}

    /** Opens a stream and listens to nothing; see {@link #open(InetSocketAddress, OpenStream, StreamListener)}. */
    public static FrameStream open(InetSocketAddress daemon, OpenStream stream) throws IOException {
        return open(daemon, stream, StreamListener.NONE);
    }

    /**
     * Opens a stream over as many connections as it asks for.
     *
     * @throws ProtocolException with the daemon's code when it refuses the stream
     * @throws IOException when there is no daemon or it does not answer
     */
    public static FrameStream open(InetSocketAddress daemon, OpenStream stream, StreamListener listener)
            throws IOException {
        boolean waitsForCredit = !OpenStream.DROP.equals(stream.overflow());
        Integer connections = stream.connections();
        Link link = Link.connect(daemon, Hello.DATA);
        StreamOpened opened = ask(link, MessageKind.OPEN_STREAM, stream);
        return FrameStream.start(
                new FrameStream.Setting(daemon, opened, waitsForCredit, listener),
                link,
                connections == null ? 1 : connections);
    }

    /**
     * Opens a stream that keeps its frames until they are acknowledged, and comes back after cuts and restarts of the daemon.
     *
     * @throws ProtocolException with the daemon's code when it refuses the stream
     * @throws IOException when there is no daemon or it does not answer; only what was opened once comes back
     */
    public static ResumableStream open(
            InetSocketAddress daemon, OpenStream stream, StreamListener listener, RetryPolicy policy)
            throws IOException {
        Link link = Link.connect(daemon, Hello.DATA);
        StreamOpened opened = ask(link, MessageKind.OPEN_STREAM, stream);
        return ResumableStream.start(
                new StreamSetting(daemon, stream, opened, link.checksum(), listener, policy), link);
    }

    /**
     * Takes a stream up again after a cut; {@link FrameStream#opened()} then tells which frames need not be sent again.
     *
     * @param streamId from {@link StreamOpened#stream()}
     * @param connections how many to open
     * @throws ProtocolException with code {@code unknown_stream} or {@code stream_ended} when it cannot be taken up
     * @throws IOException when there is no daemon or it does not answer
     */
    public static FrameStream attach(
            InetSocketAddress daemon, String streamId, int connections, StreamListener listener) throws IOException {
        Link link = Link.connect(daemon, Hello.DATA);
        StreamOpened opened = ask(link, MessageKind.ATTACH, new Attach(streamId));
        return FrameStream.start(new FrameStream.Setting(daemon, opened, true, listener), link, connections);
    }

    /**
     * Opens a connection that carries no frames.
     *
     * @throws ProtocolException with the daemon's code when it refuses
     * @throws IOException when there is no daemon or it does not answer
     */
    public static ControlConnection control(InetSocketAddress daemon) throws IOException {
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
