package org.penstock.daemon.control;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.pipeline.OpenedStream;
import org.penstock.daemon.pipeline.StreamListener;
import org.penstock.daemon.ring.FrameMarks;
import org.penstock.daemon.ring.Loss;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.Report;

/**
 * What streams have received and written: those that are open, and the last that ended.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
public final class StreamCounts implements StreamListener {
    private static final int MOST_ENDED = 4096;

    private final Map<String, OpenedStream> open = new HashMap<>();
    private final Map<String, ScanStatus.Counters> ended = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ScanStatus.Counters> eldest) {
            return size() > MOST_ENDED;
        }
    };

    @Override
    public void opened(OpenedStream stream) {
        open.put(stream.lane().id(), stream);
    }

    @Override
    public void ended(Report report) {
        open.remove(report.stream());
        ended.put(
                report.stream(),
                new ScanStatus.Counters(
                        report.framesReceived(),
                        report.framesWritten(),
                        report.framesDurable(),
                        report.framesDropped(),
                        count(report.tooLate()),
                        count(report.refused()),
                        report.bytesRaw(),
                        report.bytesStored()));
    }

    @Override
    public void suspended(OpenedStream stream) {
        open.remove(stream.lane().id());
    }

    /** Returns what is known of a stream, or null. */
    ScanStatus.@Nullable Counters of(String stream) {
        OpenedStream live = open.get(stream);
        return live == null ? ended.get(stream) : counters(live.lane());
    }

    private static ScanStatus.Counters counters(StreamLane lane) {
        FrameMarks durable = lane.durable();
        long received = lane.ledger().received();
        return new ScanStatus.Counters(
                received,
                lane.marks().safeFrames().count(),
                durable == null ? 0 : durable.safeFrames().count(),
                lane.losses().count(Loss.DROPPED),
                lane.losses().count(Loss.TOO_LATE),
                lane.losses().count(Loss.REFUSED),
                received * lane.geometry().frameBytes(),
                lane.storedBytesWritten());
    }

    private static long count(@Nullable List<FrameRange> ranges) {
        return ranges == null ? 0 : ranges.stream().mapToLong(FrameRange::count).sum();
    }
}
