package org.penstock.daemon.ingest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/**
 * Has Netty read into the buffer that a connection's decoder names, instead of one from a pool.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
@SuppressWarnings("deprecation") // RecvByteBufAllocator.Handle is how Netty 4 asks; its replacement adds nothing here
final class TargetAllocator extends DefaultMaxMessagesRecvByteBufAllocator {
    /** Reads of one connection before others of its loop have their turn. */
    private static final int READS_PER_TURN = 32;

    private final FrameDecoder decoder;

    TargetAllocator(FrameDecoder decoder) {
        super(READS_PER_TURN);
        this.decoder = decoder;
    }

    @Override
    public RecvByteBufAllocator.Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public ByteBuf allocate(ByteBufAllocator alloc) {
                ByteBuf target = decoder.nextTarget();
                attemptedBytesRead(target.writableBytes());
                return target;
            }

            @Override
            public int guess() {
                return FrameDecoder.STAGING_BYTES;
            }
        };
    }
}
