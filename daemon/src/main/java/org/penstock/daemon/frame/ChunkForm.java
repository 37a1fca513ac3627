package org.penstock.daemon.frame;

import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.compression.PayloadFormat;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.PayloadEncoding;

/**
 * How a stream's chunks arrive, and how they are stored.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param encoding of payloads
 * @param values what comes with each frame
 * @param codec that they are encoded with, here or by their sender
 */
public record ChunkForm(PayloadEncoding encoding, FrameRecord values, ChunkCodec codec) {
    /** Frames that arrive as they are. */
    public static ChunkForm raw(ChunkCodec codec) {
        return new ChunkForm(PayloadEncoding.RAW, FrameRecord.NONE, codec);
    }

    /** The same with values that come with each frame. */
    public ChunkForm with(FrameRecord newValues) {
        return new ChunkForm(encoding, newValues, codec);
    }

    /** Returns what encoded payloads are checked by, or null when frames arrive as they are and are encoded here. */
    public @Nullable PayloadFormat format() {
        return encoding == PayloadEncoding.RAW ? null : PayloadFormat.of(encoding.wireName());
    }
}
