package org.penstock.daemon.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.penstock.protocol.FrameRange;

final class FrameMarksTest {
    private static final int LOG_RANGES = 1 << 12;

    private final FrameMarks marks = new FrameMarks();
    private final List<FrameRange> read = new ArrayList<>();

    @Test
    void shouldMoveTheMarkOnlyOverFramesWithoutAGap() {
        write(0, 2);
        write(3, 2);

        assertThat(marks.settledBelow()).isEqualTo(2);

        write(2, 1);

        assertThat(marks.settledBelow()).isEqualTo(5);
        assertThat(marks.settledCount()).isEqualTo(5);
    }

    @Test
    void shouldPassFramesThatWereNamedAsLost() {
        write(1, 1);
        marks.settle(0);
        marks.settle(0);

        assertThat(marks.settledBelow()).as("not published yet").isZero();

        marks.publish(0, 0);

        assertThat(marks.settledBelow()).isEqualTo(2);
        assertThat(marks.settledCount()).isEqualTo(2);
        assertThat(marks.safeFrames().count()).isEqualTo(1);
    }

    @Test
    void shouldTellEachReaderWhatIsNewToIt() {
        write(4, 2);
        long next = marks.readLog(0, this::take);
        write(0, 1);
        marks.publish(0, 0);

        assertThat(marks.readLog(next, this::take)).isEqualTo(2);
        assertThat(read).containsExactly(new FrameRange(4, 2), new FrameRange(0, 1));
        assertThat(marks.readLog(2, this::take)).isEqualTo(2);
        assertThat(read).hasSize(2);
    }

    @Test
    void shouldLoseRangesButNoTruthForAReaderThatIsFarBehind() {
        for (int frame = 0; frame < 3 * LOG_RANGES; frame++) {
            write(frame, 1);
        }

        assertThat(marks.readLog(0, this::take)).isEqualTo(3 * LOG_RANGES);
        assertThat(read).hasSizeBetween(1, LOG_RANGES).last().isEqualTo(new FrameRange(3 * LOG_RANGES - 1, 1));
        assertThat(marks.settledBelow()).isEqualTo(3 * LOG_RANGES);
    }

    private void write(long first, long count) {
        for (long frame = first; frame < first + count; frame++) {
            marks.safe(frame);
        }
        marks.publish(first, count);
    }

    private void take(long first, long count) {
        read.add(new FrameRange(first, count));
    }
}
