package org.penstock.daemon.ingest;

import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.pipeline.OpenedStream;
import org.penstock.daemon.pipeline.StreamTerms;
import org.penstock.daemon.ring.FrameMarks;
import org.penstock.daemon.ring.StreamLane;

/**
 * An open stream as seen from outside at one moment. Its numbers are read one after the other while frames go on: they may be a few frames apart.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param stream id
 * @param detector as the client called it
 * @param scan id of its scan; empty when nothing is saved
 * @param entry of its scan, such as {@code 1.1}; empty when nothing is saved
 * @param connections that feed it; 0 while its detector is away
 * @param announcedFrames how many will come, or -1
 * @param receivedFrames how many came
 * @param settledFrames of them written, or named as lost
 * @param durableFrames of them on the disk, or -1 when the client does not wait for that
 * @param frameBytes of one frame, uncompressed
 * @param rawBytes written so far, uncompressed
 * @param storedBytes written so far, as stored
 * @param buffers of the stream's memory
 * @param freeBuffers of them not in use; none left is back-pressure
 * @param creditFrames how many more frames its connections may send before others are written
 * @param failure why its files cannot be written any more, or null
 */
public record StreamSight(
        String stream,
        String detector,
        String scan,
        String entry,
        int connections,
        long announcedFrames,
        long receivedFrames,
        long settledFrames,
        long durableFrames,
        long frameBytes,
        long rawBytes,
        long storedBytes,
        int buffers,
        int freeBuffers,
        long creditFrames,
        @Nullable String failure) {

    static StreamSight of(OpenedStream stream, int connections) {
        StreamLane lane = stream.lane();
        FrameMarks durable = lane.durable();
        return new StreamSight(
                lane.id(),
                lane.detector(),
                stream.answer().scan(),
                stream.answer().entry(),
                connections,
                stream.terms().frames(),
                lane.ledger().received(),
                lane.marks().settledCount(),
                durable == null ? -1 : durable.settledCount(),
                lane.geometry().frameBytes(),
                lane.rawBytesWritten(),
                lane.storedBytesWritten(),
                lane.pool().count(),
                lane.pool().free(),
                credit(stream.terms(), lane),
                lane.failure());
    }

    /** Returns how many frames may come that have no place in a chunk yet; of a stream that is not saved, as many as a long holds. */
    static long credit(StreamTerms terms, StreamLane lane) {
        if (!terms.isSaved()) {
            return Long.MAX_VALUE;
        }
        FrameGeometry geometry = lane.geometry();
        long room = (long) lane.pool().count() * geometry.chunkFrames() * geometry.every();
        long outstanding = lane.ledger().received() - lane.marks().settledCount();
        return Math.max(0, room - outstanding);
    }

    /** Returns how many frames were received and are neither written nor lost. */
    public long lagFrames() {
        return Math.max(0, receivedFrames - settledFrames);
    }
}
