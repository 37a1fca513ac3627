package org.penstock.daemon.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WatchdogTest {
    @Test
    void shouldReadTheIntervalInMicroseconds() {
        assertThat(Watchdog.of(Map.of("WATCHDOG_USEC", "30000000"), 42))
                .isEqualTo(new Watchdog(Duration.ofSeconds(30)));
        assertThat(Watchdog.of(Map.of("WATCHDOG_USEC", "1500", "WATCHDOG_PID", "42"), 42))
                .isEqualTo(new Watchdog(Duration.ofNanos(1_500_000)));
    }

    @Test
    void shouldNotBeMeantByWhatIsForAnotherProcessOrNotThere() {
        assertThat(Watchdog.of(Map.of(), 42)).isNull();
        assertThat(Watchdog.of(Map.of("WATCHDOG_USEC", "1500", "WATCHDOG_PID", "43"), 42))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-5", "30s", "99999999999999999999"})
    void shouldNameWhatItDoesNotUnderstand(String interval) {
        assertThatThrownBy(() -> Watchdog.of(Map.of("WATCHDOG_USEC", interval), 42))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("WATCHDOG_USEC=" + interval);
    }
}
