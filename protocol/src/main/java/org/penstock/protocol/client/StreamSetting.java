package org.penstock.protocol.client;

import org.penstock.protocol.Checksum;
import org.penstock.protocol.FrameRecord;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.PayloadEncoding;
import org.penstock.protocol.StreamOpened;

/**
 * What a {@link ResumableStream} is, apart from its sockets.
 *
 * @param daemon where it is
 * @param request what was asked for
 * @param opened what was answered
 * @param checksum what its first connection agreed on, and all others must
 * @param listener hears of it
 * @param policy how it meets cuts
 */
record StreamSetting(
        Endpoint daemon,
        OpenStream request,
        StreamOpened opened,
        Checksum.Kind checksum,
        StreamListener listener,
        RetryPolicy policy) {
    private static final int MOST_FRAMES = 1 << 20;

    /** Of an object, a buffer outside the heap, and what frees it. */
    private static final int VALUES_OVERHEAD_BYTES = 1 << 10;

    PayloadEncoding encoding() {
        return PayloadEncoding.of(request.encoding());
    }

    /** Returns how long the longest payload of the stream is. */
    int payloadBytes() {
        return Math.toIntExact(encoding().mostBytes(opened.frameBytes()));
    }

    private FrameRecord values() {
        return FrameRecord.of(request.frameValues());
    }

    /** Returns what keeping a frame takes. */
    private long keptFrameBytes() {
        FrameRecord values = values();
        long valueBytes = values.isEmpty() ? 0 : (long) values.metadataBytes() + VALUES_OVERHEAD_BYTES;
        return payloadBytes() + valueBytes;
    }

    int connections() {
        Integer connections = request.connections();
        return connections == null ? 1 : connections;
    }

    /** Returns how many frames may be kept; two chunks at least: the daemon acknowledges small frames when their chunk is full. */
    long mostFrames() {
        long least = 2L * opened.chunkFrames() + 4L * connections();
        return Math.max(least, Math.min(policy.keptBytes() / keptFrameBytes(), MOST_FRAMES));
    }

    /** Returns whether a frame goes into the files, and is not left out on the stream's own wish. */
    boolean isStored(long frameIndex) {
        Long every = request.every();
        return !Boolean.FALSE.equals(request.save()) && (every == null || frameIndex % every == 0);
    }

    FrameConnection.Terms terms() {
        boolean waitsForCredit = !OpenStream.DROP.equals(request.overflow());
        int silenceMs = (int) policy.silence().toMillis();
        return new FrameConnection.Terms(opened.stream(), opened.frameBytes(), waitsForCredit, silenceMs, values());
    }
}
