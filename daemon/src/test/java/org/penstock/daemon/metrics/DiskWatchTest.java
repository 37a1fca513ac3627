package org.penstock.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskWatchTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    private Path folder;

    @Test
    void shouldSayWhenTheDiskIsFullAtThePaceOfTheLastMinute() {
        DiskWatch.Watched disk = new DiskWatch.Watched(folder);

        assertThat(disk.note(1000, 1000, 0).fullInSeconds()).isInfinite();
        assertThat(disk.note(1000, 950, 10 * SECOND).fullInSeconds())
                .as("after seconds nobody can tell")
                .isInfinite();
        assertThat(disk.note(1000, 800, 20 * SECOND).fullInSeconds()).isEqualTo(80);
        assertThat(disk.note(1000, 400, 60 * SECOND).fullInSeconds()).isEqualTo(40);
        // the first looks are forgotten by now: 100 bytes in 60 s
        assertThat(disk.note(1000, 300, 120 * SECOND).fullInSeconds()).isEqualTo(180);
    }

    @Test
    void shouldSayThatADiskNeverFillsThatDoesNot() {
        DiskWatch.Watched disk = new DiskWatch.Watched(folder);
        disk.note(1000, 500, 0);

        assertThat(disk.note(1000, 500, 30 * SECOND).fullInSeconds()).isInfinite();
        assertThat(disk.note(1000, 700, 40 * SECOND).fullInSeconds()).isInfinite();
    }
}
