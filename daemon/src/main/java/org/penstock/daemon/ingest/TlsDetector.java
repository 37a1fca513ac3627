package org.penstock.daemon.ingest;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.Executor;
import org.penstock.daemon.access.Peer;
import org.penstock.daemon.tls.ServerTls;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.Failure;
import org.penstock.protocol.MessageKind;

/**
 * Looks at the first bytes of a connection to a port that speaks TLS, and lets TLS in. A client that speaks plainly is told so in a way that it
 * understands.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class TlsDetector extends ByteToMessageDecoder {
    /** A record's header: type, version, length. */
    private static final int LEAST_BYTES = 5;

    private final ServerTls tls;
    private final Executor handshakes;
    private boolean isPlain;

    /** Has what takes long in a handshake, signatures, done by {@code handshakes}: the event loop has frames to receive. */
    TlsDetector(ServerTls tls, Executor handshakes) {
        this.tls = tls;
        this.handshakes = handshakes;
    }

    /** Returns whether a connection is not through its handshake: nothing can be said to the peer. */
    static boolean isHandshakeUnderWay(Channel channel) {
        TlsDetector detector = channel.pipeline().get(TlsDetector.class);
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        return (detector != null && !detector.isPlain)
                || (handler != null && !handler.handshakeFuture().isSuccess());
    }

    /** Returns who is at the other end, by address and, once the handshake is done, by certificate. */
    static Peer peer(Channel channel) {
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        return Peer.of(
                channel.remoteAddress(),
                handler == null ? null : ServerTls.subject(handler.engine().getSession()));
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (isPlain) {
            in.skipBytes(in.readableBytes());
        } else if (in.readableBytes() >= LEAST_BYTES) {
            if (SslHandler.isEncrypted(in, false)) {
                SslHandler handler = new SslHandler(tls.engine(), handshakes);
                handler.setHandshakeTimeoutMillis(0); // the connection's own covers it
                context.pipeline().replace(this, "tls", handler);
            } else {
                refuse(context.channel());
            }
        }
    }

    private void refuse(Channel channel) {
        isPlain = true;
        tls.refusals().plainBytes("data", String.valueOf(channel.remoteAddress()));
        LastWord.send(
                channel,
                MessageKind.ERROR,
                new Failure(
                        ErrorCode.TLS_REQUIRED.wireName(),
                        "this port speaks TLS 1.3: give the client the daemon's authority (--tls-ca FILE)",
                        true,
                        null));
    }
}
