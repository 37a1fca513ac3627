package org.penstock.daemon.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.FrameRange;

final class LossQueueTest {
    private final LossQueue losses = new LossQueue();

    @Test
    void shouldKeepReasonsOfTheFirstAndIndicesOfAll() {
        int more = 500;
        for (int frame = 0; frame < LossQueue.MOST_WITH_REASON + more; frame++) {
            losses.add(new LostFrame(ErrorCode.TOO_LATE, "late " + frame, frame));
        }

        for (int frame = 0; frame < LossQueue.MOST_WITH_REASON; frame++) {
            assertThat(losses.poll()).isEqualTo(new LostFrame(ErrorCode.TOO_LATE, "late " + frame, frame));
        }
        assertThat(losses.poll()).isNull();
        assertThat(losses.takeOthers().ranges(10)).containsExactly(new FrameRange(LossQueue.MOST_WITH_REASON, more));
        assertThat(losses.takeOthers().count()).isZero();
    }
}
