package org.penstock.daemon.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.protocol.FrameRange;

final class StreamLaneRestoreTest {
    private final List<FrameRange> told = new ArrayList<>();

    @Test
    void shouldPassWhatWasLostAndSaySo() {
        StreamLane lane = Lanes.of(new FrameGeometry(100, 2, 1, 8, 1), 2);
        lane.restoreLost(new FrameRange(0, 1), Loss.REFUSED);
        lane.restore(1, 7);
        lane.restore(3, 7);

        lane.restored();

        assertThat(lane.marks().settledBelow()).isEqualTo(2);
        assertThat(lane.losses().ranges(10)).containsExactly(new FrameRange(0, 1));
        assertThat(lane.losses().of(0)).isEqualTo(Loss.REFUSED);
        assertThat(lane.losses().of(1)).isNull();
        lane.marks().readLog(0, (first, count) -> told.add(new FrameRange(first, count)));
        assertThat(told).contains(new FrameRange(3, 1));
    }

    @Test
    void shouldNotWaitForFramesThatWereLeftOut() {
        StreamLane lane = Lanes.of(new FrameGeometry(100, 2, 1, 8, 3), 2);
        lane.restore(0, 7);
        lane.restore(1, 7);

        lane.restored();

        assertThat(lane.marks().settledBelow())
                .as("sent 0 and 3, 1 and 2 were not wanted")
                .isEqualTo(4);
    }
}
