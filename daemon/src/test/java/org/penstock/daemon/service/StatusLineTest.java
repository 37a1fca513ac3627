package org.penstock.daemon.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;

final class StatusLineTest {
    @Test
    void shouldSayWhatIsOpenAndTheRatesSinceTheLastLine() {
        Telemetry telemetry = new Telemetry();
        StatusLine line = new StatusLine(telemetry, new StatusLine.Fill(() -> 2, () -> 3, () -> 0.125, () -> 0.4), 0);

        telemetry.add(Counter.FRAMES_RECEIVED, 1210);
        telemetry.add(Counter.BYTES_RECEIVED, 1_722_000_000L);
        telemetry.add(Counter.BYTES_WRITTEN, 210_000_000L);
        assertThat(line.next(2_000_000_000L))
                .isEqualTo(
                        "2 scans, 3 streams; 605 frames/s, 861 MB/s in, 105 MB/s stored; ring 13 %, slab 40 % taken");

        telemetry.add(Counter.FRAMES_RECEIVED, 5);
        assertThat(line.next(2_500_000_000L)).contains("; 10 frames/s, 0 MB/s in, 0 MB/s stored;");
    }
}
