package org.penstock.daemon.ingest;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.MessageKind;

/**
 * The last message on a connection. Closing with bytes unread would reset the connection, and the peer might lose what it was told: so what it still sends
 * is read over for a while.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class LastWord {
    /** How long a peer that was told the last word may go on sending before it is cut off. */
    private static final long PATIENCE_MS = 2_000;

    private LastWord() {}

    static void send(Channel channel, MessageKind kind, Object body) {
        if (TlsDetector.isHandshakeUnderWay(channel)) {
            channel.close();
            return;
        }
        channel.writeAndFlush(Unpooled.wrappedBuffer(JsonBody.message(kind, body)))
                .addListener((ChannelFutureListener) sent -> {
                    if (sent.isSuccess() && channel instanceof DuplexChannel duplex) {
                        endOutput(duplex);
                        channel.eventLoop().schedule(() -> channel.close(), PATIENCE_MS, TimeUnit.MILLISECONDS);
                    } else {
                        channel.close();
                    }
                });
    }

    /** Closes behind what is still to be written. */
    static void close(Channel channel) {
        if (TlsDetector.isHandshakeUnderWay(channel)) {
            channel.close();
        } else {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** TLS has an end of its own, before that of TCP: a client tells by it that nothing was cut off. */
    private static void endOutput(DuplexChannel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            channel.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(_ -> channel.shutdownOutput());
        }
    }
}
