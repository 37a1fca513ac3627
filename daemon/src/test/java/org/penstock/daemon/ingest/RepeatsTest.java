package org.penstock.daemon.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.penstock.protocol.ErrorCode;

final class RepeatsTest {
    private final Repeats repeats = new Repeats();

    @Test
    void shouldLetAFewThroughAndCountTheOthers() {
        for (int i = 0; i < Repeats.MOST; i++) {
            assertThat(repeats.next(ErrorCode.PAYLOAD_FORMAT, i)).isZero();
        }
        for (int i = 0; i < 70; i++) {
            assertThat(repeats.next(ErrorCode.PAYLOAD_FORMAT, 100 + i)).isEqualTo(Repeats.UNSAID);
        }

        assertThat(repeats.next(ErrorCode.PAYLOAD_FORMAT, Repeats.WHILE_NS)).isEqualTo(70);
        assertThat(repeats.next(ErrorCode.PAYLOAD_FORMAT, Repeats.WHILE_NS + 1)).isZero();
    }

    @Test
    void shouldCountEachErrorByItself() {
        for (int i = 0; i <= Repeats.MOST; i++) {
            repeats.next(ErrorCode.PAYLOAD_FORMAT, i);
        }

        assertThat(repeats.next(ErrorCode.TOO_LATE, 50)).isZero();
    }
}
