package org.penstock.daemon.ingest;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.penstock.protocol.Acknowledgement;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.Resend;

/**
 * Asks a client for frames again, in as many messages as it takes.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class ResendRequest {
    private static final int MOST_RANGES = (1 << 20) / Acknowledgement.RANGE_BYTES;

    private ResendRequest() {}

    static void send(Channel channel, List<FrameRange> frames) {
        for (int from = 0; from < frames.size(); from += MOST_RANGES) {
            List<FrameRange> some = frames.subList(from, Math.min(from + MOST_RANGES, frames.size()));
            ByteBuffer message = ByteBuffer.allocate(Resend.BYTES + some.size() * Acknowledgement.RANGE_BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            Resend.write(message, 0, some.size());
            message.position(Resend.BYTES);
            some.forEach(range -> message.putLong(range.first()).putLong(range.count()));
            channel.writeAndFlush(Unpooled.wrappedBuffer(message.array()));
        }
    }
}
