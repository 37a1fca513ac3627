package org.penstock.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.Report;

class SendResultTest {
    @Test
    void shouldBeCompleteWhenEveryFrameWasWrittenOrLeftOutAsAsked() {
        assertThat(SendResult.of(report(Report.COMPLETE, 4, 6, List.of()), 10, sent(10), null)
                        .isComplete())
                .isTrue();
        assertThat(SendResult.of(report(Report.COMPLETE, 4, 6, List.of()), 10, sent(9), null)
                        .isComplete())
                .isFalse();
        assertThat(SendResult.of(report(Report.ABORTED, 10, 0, List.of()), 10, sent(10), null)
                        .isComplete())
                .isFalse();
        assertThat(SendResult.of(report(Report.COMPLETE, 10, 0, List.of()), 10, sent(10), "cut")
                        .isComplete())
                .isFalse();
    }

    @Test
    void shouldListMissingFramesAsIndices() {
        Report report = report(Report.INCOMPLETE, 6, 0, List.of(new FrameRange(1, 1), new FrameRange(4, 3)));

        SendResult result = SendResult.of(report, 10, sent(10), null);

        assertThat(result.isComplete()).isFalse();
        assertThat(result.json())
                .startsWith("{\"frames_sent\":10,\"frames_acknowledged\":9,\"frames_durable\":2,\"resumed\":1,")
                .contains("\"missing\":[1,4,5,6]", "\"missing_frames\":4", "\"files\":[\"/data/a.h5\"]")
                .doesNotContain("\n");
    }

    @Test
    void shouldCutALongListOfMissingFrames() {
        SendResult result = SendResult.of(
                report(Report.INCOMPLETE, 0, 0, List.of(new FrameRange(0, 50_000))), 50_000, sent(50_000), null);

        assertThat(result.json()).contains("9998,9999]", "\"missing_frames\":50000");
    }

    private static SendResult.Sent sent(long frames) {
        return new SendResult.Sent(frames, frames - 1, 2, 1, 0.5);
    }

    private static Report report(String state, long written, long skipped, List<FrameRange> missing) {
        return new Report(
                "s1",
                "tiny",
                "c1",
                "1.1",
                state,
                "",
                false,
                10,
                10,
                written,
                0,
                0,
                skipped,
                0,
                missing.stream().mapToLong(FrameRange::count).sum(),
                missing,
                List.of(),
                List.of(),
                null,
                1,
                1,
                0.1,
                List.of("/data/a.h5"),
                null,
                null);
    }
}
