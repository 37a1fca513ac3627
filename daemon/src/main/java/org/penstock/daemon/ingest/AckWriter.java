package org.penstock.daemon.ingest;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.penstock.daemon.ring.WrittenMarks;
import org.penstock.protocol.Acknowledgement;
import org.penstock.protocol.Credit;

/**
 * Tells one connection what is new to it: acknowledgements and credit.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class AckWriter implements WrittenMarks.RangeReader {
    /** Ranges of one message; more go into further ones. */
    private static final int MOST_RANGES = 256;

    private final ByteBuffer message = ByteBuffer.allocateDirect(
                    Acknowledgement.BYTES + MOST_RANGES * Acknowledgement.RANGE_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    private final ChannelHandlerContext context;
    private final WrittenMarks marks;
    private long logAt;
    private long toldBelow;
    private long below;
    private long toldCredit;
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

    /** Writes an acknowledgement when there is something new, or when a duplicate asks for it; does not flush. */
    boolean acknowledge(boolean isForced) {
        ranges = 0;
        rangeCount = 0;
        logAt = marks.readLog(logAt, this);
        putRange();
        if (ranges == 0 && below == toldBelow && !isForced) {
            return false;
        }
        send();
        toldBelow = below;
        return true;
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
            send();
            ranges = 0;
        }
        int at = Acknowledgement.BYTES + ranges * Acknowledgement.RANGE_BYTES;
        message.putLong(at, rangeFirst);
        message.putLong(at + Long.BYTES, rangeCount);
        ranges++;
        rangeCount = 0;
    }

    private void send() {
        Acknowledgement.write(message, 0, below, 0, ranges);
        write(Acknowledgement.BYTES + ranges * Acknowledgement.RANGE_BYTES);
    }

    /** Writes the credit limit when it has grown; does not flush. */
    boolean credit(long frameLimit) {
        if (frameLimit <= toldCredit) {
            return false;
        }
        toldCredit = frameLimit;
        Credit.write(message, 0, frameLimit);
        write(Credit.BYTES);
        return true;
    }

    private void write(int bytes) {
        ByteBuf copy = context.alloc().directBuffer(bytes);
        message.limit(bytes).position(0);
        copy.writeBytes(message);
        message.clear();
        context.write(copy, context.voidPromise());
    }
}
