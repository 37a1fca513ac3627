package org.penstock.daemon.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.ring.Lanes;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.scan.ScanRegistry;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;

/** Ends of which parts are missing: whatever is asked of those fails. */
@SuppressWarnings("NullAway")
final class StreamEndingTest {
    private static final StreamOpened ANSWER =
            new StreamOpened("stream", "", 0, "1.1", null, null, 8, 100, 1, "written", "", 0, 0, List.of(), List.of());

    @TempDir
    private Path folder;

    private final StreamLane lane = Lanes.of(new FrameGeometry(8, 2, 1, 100, 1), 1);
    private final List<Report> told = new ArrayList<>();

    @Test
    void shouldEndAsIncompleteThoughEveryStepFails() throws Exception {
        lane.restore(0, 7);
        lane.restore(2, 7);
        StreamTerms terms = new StreamTerms(StreamTerms.UNLIMITED, true, false, 1, 2, MemorySegment.NULL);
        OpenedStream stream = new OpenedStream(lane, terms, ANSWER, new ScanRegistry.OpenedFiles(null, null), 0);
        Reports reports = new Reports(folder, Clock.systemUTC());

        new StreamEnding(stream, new Ending(3L, true, false, "ended by the client"), 0).run(null, reports, told::add);

        assertThat(told).singleElement().satisfies(report -> {
            assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
            assertThat(report.reason()).contains("its journals stay", "detector=detector", "NullPointerException");
            assertThat(report.framesExpected()).isEqualTo(3);
            assertThat(report.missing()).containsExactly(new FrameRange(1, 1));
        });
    }

    @Test
    void shouldCountWhatCameBeyondTheCountOfEnd() {
        lane.restore(0, 7);
        lane.restore(4, 7);
        StreamTerms terms = new StreamTerms(StreamTerms.UNLIMITED, false, false, 1, 2, MemorySegment.NULL);
        OpenedStream stream = new OpenedStream(lane, terms, ANSWER, null, 0);

        new StreamEnding(stream, new Ending(3L, true, false, "ended by the client"), 0).run(null, null, told::add);

        assertThat(told).singleElement().satisfies(report -> {
            assertThat(report.framesExpected()).isEqualTo(5);
            assertThat(report.reason()).contains("END said 3 frames", "frame 4");
        });
    }
}
