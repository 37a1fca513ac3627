package org.penstock.daemon.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class BellTest {
    private static final long HOUR_NS = 3_600_000_000_000L;

    private final Bell bell = new Bell();

    @Test
    void shouldSayThatNobodySleeps() {
        assertThat(bell.ring()).isFalse();
    }

    @Test
    void shouldNotSleepWhenThereIsWork() {
        bell.sleepUnless(() -> true, HOUR_NS);

        assertThat(bell.ring()).isFalse();
    }

    @Test
    void shouldWakeTheSleeperOnce() throws InterruptedException {
        CountDownLatch asleep = new CountDownLatch(1);
        Thread sleeper = new Thread(() -> bell.sleepUnless(
                () -> {
                    asleep.countDown();
                    return false;
                },
                HOUR_NS));
        sleeper.start();
        asleep.await();

        boolean first = bell.ring();
        boolean second = bell.ring();

        assertThat(first).isTrue();
        assertThat(second).isFalse();
        sleeper.join();
    }
}
