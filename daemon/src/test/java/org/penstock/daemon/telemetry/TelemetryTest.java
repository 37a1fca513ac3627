package org.penstock.daemon.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TelemetryTest {
    private static final int THREADS = 4;
    private static final int FRAMES = 200_000;

    private final Telemetry telemetry = new Telemetry();

    @Test
    void shouldAddUpTalliesThatAreOpenAndThatAreClosed() {
        Tally first = telemetry.newTally();
        Tally second = telemetry.newTally();
        first.add(Counter.FRAMES_RECEIVED, 5);
        second.increment(Counter.FRAMES_RECEIVED);
        telemetry.increment(Counter.FRAMES_RECEIVED);

        telemetry.close(first);

        assertThat(telemetry.value(Counter.FRAMES_RECEIVED)).isEqualTo(7);
        assertThat(telemetry.value(Counter.FRAMES_DROPPED)).isZero();
    }

    @Test
    void shouldTakeATallyOverOnce() {
        Tally tally = telemetry.newTally();
        tally.add(Counter.BYTES_RECEIVED, 100);

        telemetry.close(tally);
        telemetry.close(tally);

        assertThat(telemetry.value(Counter.BYTES_RECEIVED)).isEqualTo(100);
    }

    @Test
    void shouldNeverCountBackwardsWhileTalliesComeAndGo() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int frame = 0; frame < FRAMES; frame += 100) {
                    Tally tally = telemetry.newTally();
                    for (int more = 0; more < 100; more++) {
                        tally.increment(Counter.FRAMES_RECEIVED);
                    }
                    telemetry.close(tally);
                }
            }));
        }
        long last = 0;
        while (threads.stream().anyMatch(Thread::isAlive)) {
            long now = telemetry.value(Counter.FRAMES_RECEIVED);
            assertThat(now).isGreaterThanOrEqualTo(last);
            last = now;
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(telemetry.value(Counter.FRAMES_RECEIVED)).isEqualTo((long) THREADS * FRAMES);
    }

    @Test
    void shouldCountByReason() {
        telemetry.refusals().count("too_late");
        telemetry.refusals().count("payload_checksum");
        telemetry.refusals().count("too_late");

        assertThat(telemetry.refusals().read()).containsEntry("too_late", 2L).containsEntry("payload_checksum", 1L);
    }

    @Test
    void shouldKeepTheHighestValue() {
        telemetry.ringFill().note(3);
        telemetry.ringFill().note(7);
        telemetry.ringFill().note(5);

        assertThat(telemetry.ringFill().highest()).isEqualTo(7);
    }
}
