package org.penstock.daemon.pipeline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reports of streams that ended not long ago, for clients that were cut off before theirs came, or whose daemon was killed before it could be sent.
 *
 * <pre>
 *   DATA_DIR/.penstock/reports/STREAM-ID.json
 * </pre>
 *
 * <p><b>Threading:</b> any thread.
 */
public final class Reports {
    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);
    private static final Pattern STREAM_ID = Pattern.compile("[0-9a-f-]{36}");

    /** Longer than any client waits. */
    private static final Duration KEPT = Duration.ofDays(1);

    private static final Duration BETWEEN_SWEEPS = Duration.ofHours(1);

    private final Path folder;
    private final Clock clock;
    private final AtomicReference<Instant> swept;

    /** Removes what is too old, now and from time to time. */
    public Reports(Path dataDir, Clock clock) throws IOException {
        folder = dataDir.resolve(".penstock").resolve("reports");
        this.clock = clock;
        swept = new AtomicReference<>(clock.instant());
        Files.createDirectories(folder);
        sweep();
    }

    /** A daemon runs for months. In a thread of its own: there may be a day of reports to look at. */
    private void sweepWhenDue() {
        Instant last = swept.get();
        Instant now = clock.instant();
        if (!now.isBefore(last.plus(BETWEEN_SWEEPS)) && swept.compareAndSet(last, now)) {
            Thread.ofPlatform().daemon().name("reports").start(() -> {
                try {
                    sweep();
                } catch (IOException e) {
                    LOG.warn("old reports not removed: folder={}: {}", folder, e.getMessage());
                }
            });
        }
    }

    private void sweep() throws IOException {
        Instant oldest = clock.instant().minus(KEPT);
        try (DirectoryStream<Path> reports = Files.newDirectoryStream(folder)) {
            for (Path report : reports) {
                if (isOlder(report, oldest)) {
                    Files.deleteIfExists(report);
                }
            }
        }
    }

    private static boolean isOlder(Path report, Instant oldest) throws IOException {
        try {
            return Files.getLastModifiedTime(report).toInstant().isBefore(oldest);
        } catch (NoSuchFileException _) {
            return false; // it has its name now
        }
    }

    /** Keeps a report. That it cannot be kept is no fault of the stream. */
    void keep(Report report) {
        sweepWhenDue();
        Path file = file(report.stream());
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.writeString(temporary, JsonBody.text(report), StandardCharsets.UTF_8);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("report not kept: stream={}, file={}: {}", report.stream(), file, e.getMessage());
        }
    }

    /** Returns the report of a stream, or null. */
    @Nullable Report of(String stream) {
        if (!STREAM_ID.matcher(stream).matches()) {
            return null;
        }
        Path file = file(stream);
        try {
            return Files.exists(file) ? JsonBody.readLenient(Files.readAllBytes(file), Report.class) : null;
        } catch (IOException | ProtocolException e) {
            LOG.warn("report not read: file={}: {}", file, e.getMessage());
            return null;
        }
    }

    private Path file(String stream) {
        return folder.resolve(stream + ".json");
    }
}
