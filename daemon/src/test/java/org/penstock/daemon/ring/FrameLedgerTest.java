package org.penstock.daemon.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.protocol.FrameRange;

final class FrameLedgerTest {
    private static final long PAGE_FRAMES = 1 << 14;

    private final FrameLedger ledger = new FrameLedger(PAGE_FRAMES + 3);

    @Test
    void shouldKnowAFrameThatComesAgain() {
        assertThat(ledger.receive(7, 0xcafe_0000)).isTrue();
        assertThat(ledger.receive(7, 0xcafe_0000)).isFalse();

        assertThat(ledger.isReceived(7)).isTrue();
        assertThat(ledger.isReceived(8)).isFalse();
        assertThat(ledger.received()).isEqualTo(1);
        assertThat(ledger.end()).isEqualTo(8);
    }

    @Test
    void shouldTellTheSameFrameFromAnother() {
        ledger.receive(7, 0xcafe_0000);
        ledger.receive(7, 0xbabe_0000);

        assertThat(ledger.isSame(7, 0xcafe_0000)).isTrue();
        assertThat(ledger.isSame(7, 0xcafe_0001)).as("all bits but the lowest").isTrue();
        assertThat(ledger.isSame(7, 0xbabe_0000)).isFalse();
        assertThat(ledger.isSame(8, 0)).as("not received").isFalse();
    }

    @Test
    void shouldTakeAFrameWithoutChecksum() {
        assertThat(ledger.receive(0, 0)).isTrue();
        assertThat(ledger.receive(0, 0)).isFalse();
        assertThat(ledger.isSame(0, 0)).isTrue();
    }

    @Test
    void shouldTellRangesAcrossPages() {
        ledger.receive(PAGE_FRAMES, 1);
        ledger.receive(2, 1);
        ledger.receive(PAGE_FRAMES - 1, 1);
        ledger.receive(PAGE_FRAMES + 2, 1);

        assertThat(ledger.ranges(10))
                .containsExactly(
                        new FrameRange(2, 1), new FrameRange(PAGE_FRAMES - 1, 2), new FrameRange(PAGE_FRAMES + 2, 1));
        assertThat(ledger.ranges(1)).containsExactly(new FrameRange(2, 1));
        assertThat(ledger.end()).isEqualTo(PAGE_FRAMES + 3);
    }

    @Test
    void shouldRefuseMoreFramesThanAStreamCanHave() {
        assertThatThrownBy(() -> new FrameLedger(FrameSet.MAX_FRAMES + 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FrameLedger(-1)).hasMessageContaining("actual=-1");
    }
}
