package org.penstock.protocol.client;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.PayloadEncoding;

/**
 * A frame whose bytes are kept until it is acknowledged; used again for another one then.
 *
 * <p><b>Threading:</b> filled by the caller of {@link ResumableStream#send}; its payload and checksum are read by the one lane that sends it; all
 * else is guarded by the stream's lock.
 */
final class KeptFrame {
    private final ByteBuffer bytes;
    private long index;
    private long timestampNs;
    private PayloadEncoding encoding = PayloadEncoding.RAW;
    private @Nullable FrameValues values;
    private boolean hasValues;
    private boolean hasChecksum;
    private int checksum;

    /** Over which lane it went last, or null. */
    @Nullable Lane lane;

    /** Whether a lane may take it. */
    boolean isQueued;

    /** Whether a lane is writing it. */
    boolean isSending;

    /** Whether the daemon asked for it again while a lane was writing it. */
    boolean isAskedFor;

    /** Whether it is of no more use, but somebody still holds it. */
    boolean isDone;

    /** Whether it is kept after it was sent: not if the daemon leaves it out on the stream's own wish. */
    boolean isKept;

    /** Whether the daemon has other bytes of this index. */
    boolean isContradicted;

    /** How often it came damaged. */
    int damages;

    private boolean isSentBefore;

    /** Has room for the longest payload. */
    KeptFrame(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Copies a frame in; position and limit of the payload stay. */
    void fill(long newIndex, long newTimestampNs, PayloadEncoding newEncoding, ByteBuffer payload) {
        index = newIndex;
        timestampNs = newTimestampNs;
        encoding = newEncoding;
        hasChecksum = false;
        bytes.clear().put(0, payload, payload.position(), payload.remaining()).limit(payload.remaining());
    }

    /** Copies in what comes with the frame that was filled in; null for nothing. */
    void values(@Nullable FrameValues newValues) {
        hasValues = newValues != null;
        if (newValues == null) {
            return;
        }
        if (values == null) {
            values = newValues.empty();
        }
        values.fill(newValues);
    }

    /** Returns what comes with the frame, or null. */
    @Nullable FrameValues values() {
        return hasValues ? values : null;
    }

    /** Forgets all but the bytes, which the next frame overwrites. */
    void clear() {
        lane = null;
        isAskedFor = false;
        isDone = false;
        isKept = false;
        isContradicted = false;
        isSentBefore = false;
        damages = 0;
    }

    /** Returns whether it is on its way over another connection than this lane's. */
    boolean isUnderWayBeside(Lane by) {
        return lane != null && lane != by && lane.isConnected() && !isQueued;
    }

    /** Notes that the daemon may have it already. */
    void sendAgain() {
        isSentBefore = true;
    }

    long index() {
        return index;
    }

    long timestampNs() {
        return timestampNs;
    }

    PayloadEncoding encoding() {
        return encoding;
    }

    /** Returns the payload, from 0 to the limit. */
    ByteBuffer bytes() {
        return bytes;
    }

    boolean isSentBefore() {
        return isSentBefore;
    }

    /** Returns the payload's checksum, computed by {@code kind} the first time. */
    int checksum(Checksum kind) {
        if (!hasChecksum) {
            checksum = kind.of(bytes, 0, bytes.limit());
            hasChecksum = true;
        }
        return checksum;
    }

    /** Returns the payload's checksum; 0 when it was never sent. */
    int checksum() {
        return hasChecksum ? checksum : 0;
    }
}
