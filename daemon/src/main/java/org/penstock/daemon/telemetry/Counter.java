package org.penstock.daemon.telemetry;

import java.util.Locale;

/**
 * What is counted, each at the hand-over where it could be lost.
 *
 * <p><b>Threading:</b> immutable.
 */
public enum Counter {
    /** Connections accepted. */
    CONNECTIONS_ACCEPTED,
    /** Connections closed because the peer broke the protocol. */
    CONNECTIONS_REFUSED,
    /** Streams opened. */
    STREAMS_OPENED,
    /** Streams whose report was made. */
    STREAMS_ENDED,
    /** Frames that came whole and undamaged. */
    FRAMES_RECEIVED,
    /** Payload bytes of those frames. */
    BYTES_RECEIVED,
    /** Frames handed to the ring, each with its chunk. */
    FRAMES_PUBLISHED,
    /** Frames that compressors are done with: encoded, left as they are, or checked. */
    FRAMES_COMPRESSED,
    /** Frames written to a file, each with its chunk. */
    FRAMES_WRITTEN,
    /** Frames whose chunk's address is in a journal. */
    FRAMES_JOURNALLED,
    /** Frames that journals keep as bytes, for their chunk is not full yet. */
    FRAMES_KEPT,
    /** Frames that clients were told are settled: written, or named as lost. */
    FRAMES_ACKNOWLEDGED,
    /** Frames that clients were told survive a power loss. */
    FRAMES_ACKNOWLEDGED_DURABLE,
    /** Frames that ended streams should have and do not. */
    FRAMES_MISSING,
    /** Frames refused by name: damaged, conflicting, out of range, not what their encoding says. */
    FRAMES_REFUSED,
    /** Frames that came again with the same content. */
    FRAMES_DUPLICATE,
    /** Frames dropped for want of memory, on the stream's own wish. */
    FRAMES_DROPPED,
    /** Times that a connection was not read because its stream had no free buffer. */
    BACK_PRESSURE,
    /** Chunks that a compressor made smaller. */
    CHUNKS_COMPRESSED,
    /** Chunks that did not shrink and are stored raw. */
    CHUNKS_INCOMPRESSIBLE,
    /** Chunks that arrived encoded and passed their check. */
    CHUNKS_PASSED_THROUGH,
    /** Nanoseconds that compressors worked. */
    COMPRESS_NS,
    /** Chunks written to a file. */
    CHUNKS_WRITTEN,
    /** Bytes of those chunks. */
    BYTES_WRITTEN,
    /** Nanoseconds in H5DOwrite_chunk and part files. */
    WRITE_NS,
    /** Masters written. */
    MASTERS_WRITTEN,
    /** Nanoseconds making masters, without fsync. */
    MASTER_NS;

    /** Returns the name in STATUS: {@code frames_received}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
