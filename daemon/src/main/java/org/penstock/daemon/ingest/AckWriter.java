package org.penstock.daemon.ingest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.penstock.daemon.ring.WrittenMarks;
import org.penstock.protocol.Acknowledgement;
import org.penstock.protocol.Credit;

/**
 * Tells one connection what is new to it: acknowledgements and credit, together in one write.
 *
 * <p>The bytes lie in one buffer for the life of the connection. Only while the socket is full, and Netty still holds what was told last, is
 * another taken.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class AckWriter implements WrittenMarks.RangeReader {
    /** Ranges of one message; more go into further ones. */
    private static final int MOST_RANGES = 256;

    private static final int MOST_BYTES =
            Acknowledgement.BYTES + MOST_RANGES * Acknowledgement.RANGE_BYTES + Credit.BYTES;

    private final ByteBuffer messages = ByteBuffer.allocateDirect(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuf kept = Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(MOST_BYTES));
    private final ChannelHandlerContext context;
    private final WrittenMarks marks;
    private long logAt;
    private long toldBelow;
    private long below;
    private long toldCredit;
    private int messagesBytes;
    private int ranges;
    private long rangeFirst;
    private long rangeCount;

    AckWriter(ChannelHandlerContext context, WrittenMarks marks) {
        this.context = context;
        this.marks = marks;
    }

    /** Looks at how far the stream is; what is told next is not newer than this. */
    void look() {
        below = marks.settledBelow();
    }

    /** Says what is written when there is something new, or when a duplicate asks for it. */
    void acknowledge(boolean isForced) {
        ranges = 0;
        rangeCount = 0;
        logAt = marks.readLog(logAt, this);
        putRange();
        if (ranges == 0 && below == toldBelow && !isForced) {
            return;
        }
        endAcknowledgement();
        toldBelow = below;
    }

    @Override
    public void range(long first, long count) {
        if (first + count <= below) {
            return;
        }
        if (rangeCount > 0 && first == rangeFirst + rangeCount) {
            rangeCount += count;
            return;
        }
        putRange();
        rangeFirst = first;
        rangeCount = count;
    }

    private void putRange() {
        if (rangeCount == 0) {
            return;
        }
        if (ranges == MOST_RANGES) {
            endAcknowledgement();
            write();
        }
        int at = messagesBytes + Acknowledgement.BYTES + ranges * Acknowledgement.RANGE_BYTES;
        messages.putLong(at, rangeFirst);
        messages.putLong(at + Long.BYTES, rangeCount);
        ranges++;
        rangeCount = 0;
    }

    private void endAcknowledgement() {
        Acknowledgement.write(messages, messagesBytes, below, 0, ranges, 0);
        messagesBytes += Acknowledgement.BYTES + ranges * Acknowledgement.RANGE_BYTES;
        ranges = 0;
    }

    /** Says the credit limit when it has grown. */
    void credit(long frameLimit) {
        if (frameLimit <= toldCredit) {
            return;
        }
        toldCredit = frameLimit;
        Credit.write(messages, messagesBytes, frameLimit);
        messagesBytes += Credit.BYTES;
    }

    /** Hands what was said to Netty and returns whether there was anything; does not flush. */
    boolean write() {
        if (messagesBytes == 0) {
            return false;
        }
        ByteBuf target =
                kept.refCnt() == 1 ? kept.clear().retain() : context.alloc().directBuffer(messagesBytes);
        target.writeBytes(messages.limit(messagesBytes).position(0));
        messages.clear();
        messagesBytes = 0;
        context.write(target, context.voidPromise());
        return true;
    }
}
