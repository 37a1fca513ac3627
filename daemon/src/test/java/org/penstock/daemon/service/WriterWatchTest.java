package org.penstock.daemon.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class WriterWatchTest {
    private static final long SECOND = 1_000_000_000L;

    private long steps = 7;
    private Thread.State state = Thread.State.RUNNABLE;
    private final WriterWatch watch = new WriterWatch(
            new WriterWatch.Writer(() -> steps, () -> state, () -> new StackTraceElement[0]),
            Duration.ofSeconds(10),
            -3 * SECOND);

    @Test
    void shouldBeWellWhileItMovesWhateverTheThreadDoesAtThatMoment() {
        for (Thread.State now : new Thread.State[] {
            Thread.State.TIMED_WAITING, Thread.State.RUNNABLE, Thread.State.BLOCKED, Thread.State.WAITING
        }) {
            steps++;
            state = now;

            assertThat(watch.look(steps * 100 * SECOND)).isEqualTo(WriterWatch.Sight.MOVES);
        }
        assertThat(WriterWatch.Sight.MOVES.isWell()).isTrue();
    }

    @Test
    void shouldBeWellInsideOneCallUpToTheLimitAndNotLonger() {
        steps++;
        assertThat(watch.look(0)).isEqualTo(WriterWatch.Sight.MOVES);

        assertThat(watch.look(SECOND)).isEqualTo(WriterWatch.Sight.IN_CALL);
        assertThat(watch.look(10 * SECOND)).isEqualTo(WriterWatch.Sight.IN_CALL);
        assertThat(watch.look(10 * SECOND + 1)).isEqualTo(WriterWatch.Sight.TOO_LONG);
        assertThat(WriterWatch.Sight.IN_CALL.isWell()).isTrue();
        assertThat(WriterWatch.Sight.TOO_LONG.isWell()).isFalse();

        steps++;
        assertThat(watch.look(60 * SECOND)).isEqualTo(WriterWatch.Sight.MOVES);
        assertThat(watch.look(70 * SECOND)).isEqualTo(WriterWatch.Sight.IN_CALL);
        assertThat(watch.still(70 * SECOND)).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void shouldCountFromTheStartWhenNothingEverMoved() {
        assertThat(watch.look(7 * SECOND)).isEqualTo(WriterWatch.Sight.IN_CALL);
        assertThat(watch.look(7 * SECOND + 1)).isEqualTo(WriterWatch.Sight.TOO_LONG);
    }

    @Test
    void shouldNotBeWellWhenItWaitsForAnotherThreadForMoreThanAMoment() {
        state = Thread.State.TIMED_WAITING;
        assertThat(watch.look(-3 * SECOND)).isEqualTo(WriterWatch.Sight.MOVES);
        assertThat(watch.look(-3 * SECOND + WriterWatch.GRACE_NS - 1)).isEqualTo(WriterWatch.Sight.MOVES);
        for (Thread.State now :
                new Thread.State[] {Thread.State.BLOCKED, Thread.State.WAITING, Thread.State.TIMED_WAITING}) {
            state = now;

            assertThat(watch.look(0)).isEqualTo(WriterWatch.Sight.WAITS);
        }
        assertThat(WriterWatch.Sight.WAITS.isWell()).isFalse();
    }

    @Test
    void shouldNotBeWellWhenItHasEndedThoughItMovedBefore() {
        steps++;
        state = Thread.State.TERMINATED;

        assertThat(watch.look(0)).isEqualTo(WriterWatch.Sight.DEAD);
        assertThat(WriterWatch.Sight.DEAD.isWell()).isFalse();
    }
}
