package org.penstock.daemon.ingest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.ring.FrameMarks;
import org.penstock.protocol.Acknowledgement;
import org.penstock.protocol.Credit;

/**
 * Tells one connection what is new to it: acknowledgements at both levels and credit, together in one write.
 *
 * <p>The bytes lie in one buffer for the life of the connection. Only while the socket is full, and Netty still holds what was told last, is
 * another taken.
 *
 * <p><b>Threading:</b> confined to the connection's event loop.
 */
final class AckWriter {
    /** Ranges of one level in one message; more go into further ones. */
    private static final int MOST_RANGES = 128;

    private static final int MOST_BYTES =
            Acknowledgement.BYTES + 2 * MOST_RANGES * Acknowledgement.RANGE_BYTES + Credit.BYTES;

    private final ByteBuffer messages = ByteBuffer.allocateDirect(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuf kept = Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(MOST_BYTES));
    private final ChannelHandlerContext context;
    private final Level written;
    private final @Nullable Level durable;
    private long toldCredit;
    private int messagesBytes;

    /** What was told of one level. */
    private final class Level implements FrameMarks.RangeReader {
        private final FrameMarks marks;
        private final long[] ranges = new long[2 * MOST_RANGES];
        private int count;
        private long logAt;
        private long toldBelow;
        private long below;
        private long settled;
        private long first;
        private long length;

        Level(FrameMarks marks) {
            this.marks = marks;
        }

        boolean isNew() {
            return count > 0 || below != toldBelow;
        }

        void look() {
            settled = marks.settledCount();
            below = marks.settledBelow();
        }

        void collect() {
            logAt = marks.readLog(logAt, this);
            add();
        }

        @Override
        public void range(long rangeFirst, long rangeCount) {
            if (rangeFirst + rangeCount <= below) {
                return;
            }
            if (length > 0 && rangeFirst == first + length) {
                length += rangeCount;
                return;
            }
            add();
            first = rangeFirst;
            length = rangeCount;
        }

        private void add() {
            if (length == 0) {
                return;
            }
            if (count == MOST_RANGES) {
                put();
                write();
            }
            ranges[2 * count] = first;
            ranges[2 * count + 1] = length;
            count++;
            length = 0;
        }

        /** Puts its ranges behind those that are there; returns how many. */
        int putRanges(int at) {
            for (int i = 0; i < 2 * count; i++) {
                messages.putLong(at + i * Long.BYTES, ranges[i]);
            }
            int put = count;
            count = 0;
            toldBelow = below;
            return put;
        }
    }

    /** {@code durable} is null when the client does not wait for that. */
    AckWriter(ChannelHandlerContext context, FrameMarks written, @Nullable FrameMarks durable) {
        this.context = context;
        this.written = new Level(written);
        this.durable = durable == null ? null : new Level(durable);
    }

    /** Looks at how far the stream is; what is told next is not newer than this. */
    void look() {
        if (durable != null) {
            durable.look();
        }
        written.look();
    }

    /** Returns how many frames were settled at the last look, all of which are told by now. */
    long settled() {
        return written.settled;
    }

    /** Returns the same of frames that survive a power loss; 0 when the client does not wait for that. */
    long durable() {
        return durable == null ? 0 : durable.settled;
    }

    /** Says what is safe when there is something new, or when a duplicate asks for it. */
    void acknowledge(boolean isForced) {
        if (durable != null) {
            durable.collect();
        }
        written.collect();
        if (isForced || written.isNew() || (durable != null && durable.isNew())) {
            put();
        }
    }

    private void put() {
        int at = messagesBytes + Acknowledgement.BYTES;
        int writtenRanges = written.putRanges(at);
        at += writtenRanges * Acknowledgement.RANGE_BYTES;
        int durableRanges = durable == null ? 0 : durable.putRanges(at);
        Acknowledgement.write(
                messages,
                messagesBytes,
                written.below,
                durable == null ? 0 : durable.below,
                writtenRanges,
                durableRanges);
        messagesBytes = at + durableRanges * Acknowledgement.RANGE_BYTES;
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
