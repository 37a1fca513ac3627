package org.penstock.daemon.ingest;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.net.ssl.SSLException;
import org.penstock.daemon.tls.TlsRefusals;

/**
 * Lays what TLS has decrypted where the decoder wants it, as a read of the socket would have done without TLS. While the decoder waits for memory
 * the rest of what was read already waits here.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class DecryptedBytes extends ChannelDuplexHandler {
    private final FrameDecoder decoder;
    private final TlsRefusals refusals;
    private final Deque<ByteBuf> waiting = new ArrayDeque<>();
    private boolean isHandshakeDone;

    DecryptedBytes(FrameDecoder decoder, TlsRefusals refusals) {
        this.decoder = decoder;
        this.refusals = refusals;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        waiting.add((ByteBuf) message);
        handOn(context);
    }

    /** The connection asks for more once the decoder goes on: what is here comes first. */
    @Override
    public void read(ChannelHandlerContext context) {
        handOn(context);
        if (!decoder.isWaiting()) {
            context.read();
        }
    }

    private void handOn(ChannelHandlerContext context) {
        while (!waiting.isEmpty() && !decoder.isWaiting()) {
            ByteBuf from = waiting.getFirst();
            if (from.isReadable()) {
                ByteBuf target = decoder.nextTarget();
                target.writeBytes(from, Math.min(from.readableBytes(), target.writableBytes()));
                context.fireChannelRead(target);
            } else {
                waiting.removeFirst().release();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        release();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        release();
    }

    private void release() {
        waiting.forEach(ByteBuf::release);
        waiting.clear();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            isHandshakeDone = handshake.isSuccess();
            if (!isHandshakeDone && !(handshake.cause() instanceof ClosedChannelException)) {
                refused(context, handshake.cause());
            }
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof DecoderException) || !(cause.getCause() instanceof SSLException)) {
            context.fireExceptionCaught(cause);
            return;
        }
        if (isHandshakeDone) {
            refused(context, cause.getCause()); // else that was said already
        }
        context.close();
    }

    private void refused(ChannelHandlerContext context, Throwable why) {
        refusals.handshakeFailed("data", String.valueOf(context.channel().remoteAddress()), why.getMessage());
    }
}
