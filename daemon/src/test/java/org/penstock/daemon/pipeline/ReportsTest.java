package org.penstock.daemon.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.it.Await;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.Report;

class ReportsTest {
    private static final String YESTERDAY = "00000000-0000-0000-0000-000000000001";
    private static final String NOW = "00000000-0000-0000-0000-000000000002";

    @TempDir
    private Path dataDir;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

    @Test
    void shouldRemoveOldReportsWhileItRuns() throws Exception {
        Reports reports = new Reports(dataDir, clock());
        reports.keep(report(YESTERDAY));
        Path file = dataDir.resolve(".penstock/reports").resolve(YESTERDAY + ".json");
        Files.setLastModifiedTime(file, FileTime.from(now.get().minus(Duration.ofHours(23))));

        now.updateAndGet(time -> time.plus(Duration.ofHours(2)));
        reports.keep(report(NOW));

        Await.until("the old report is gone", () -> Files.notExists(file));
        assertThat(reports.of(YESTERDAY)).isNull();
        assertThat(reports.of(NOW)).isNotNull();
    }

    private Clock clock() {
        InstantSource source = now::get;
        return source.withZone(ZoneOffset.UTC);
    }

    private static Report report(String stream) throws Exception {
        return JsonBody.readLenient(
                ("{\"stream\":\"" + stream + "\",\"state\":\"complete\"}").getBytes(StandardCharsets.UTF_8),
                Report.class);
    }
}
