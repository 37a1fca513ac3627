package org.penstock.daemon.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.it.Await;
import org.penstock.daemon.telemetry.Telemetry;

/** What a service manager hears of a writer that moves, waits, or is dead. */
final class SupervisionIT {
    private static final double STEADY_SECONDS = 2;

    @TempDir
    private Path folder;

    private final StatusLine status =
            new StatusLine(new Telemetry(), new StatusLine.Fill(() -> 1, () -> 2, () -> 0, () -> 0));
    private final AtomicLong steps = new AtomicLong();
    private final CountDownLatch isReleased = new CountDownLatch(1);

    @Test
    void shouldFeedTheWatchdogOnlyWhileTheWriterMoves() throws Exception {
        String socket = folder.resolve("notify").toString();
        Thread writer = Thread.ofPlatform().daemon().start(this::waitForRelease);
        Await.until("writer waits", () -> writer.getState() == Thread.State.WAITING);
        try (NotifyListener listener = NotifyListener.at(socket);
                Supervision supervision = start(socket, steps::incrementAndGet, writer)) {
            supervision.ready();
            listener.expectPort(1);

            listener.await(message -> message.has("READY=1"));
            listener.await(message -> message.has("WATCHDOG=1"));
            assertThat(listener.during(STEADY_SECONDS))
                    .filteredOn(message -> message.has("WATCHDOG=1"))
                    .hasSizeGreaterThan(3);
        } finally {
            isReleased.countDown();
        }
    }

    @Test
    void shouldNotFeedTheWatchdogWhenTheWriterWaitsForAnotherThread() throws Exception {
        Thread writer = Thread.ofPlatform().daemon().start(this::waitForRelease);
        Await.until("writer waits", () -> writer.getState() == Thread.State.WAITING);
        try {
            expectNoFood(writer);
        } finally {
            isReleased.countDown();
        }
    }

    @Test
    void shouldNotFeedTheWatchdogWhenTheWriterIsDead() throws Exception {
        Thread writer = Thread.ofPlatform().start(() -> {});
        writer.join();

        expectNoFood(writer);
    }

    private void expectNoFood(Thread writer) throws Exception {
        String socket = folder.resolve("notify").toString();
        try (NotifyListener listener = NotifyListener.at(socket);
                Supervision supervision = start(socket, steps::get, writer)) {
            supervision.ready();
            listener.expectPort(1);

            listener.await(message -> message.has("READY=1"));
            listener.await(SupervisionIT::saysStill);
            assertThat(listener.during(STEADY_SECONDS))
                    .noneMatch(message -> message.hasKey("WATCHDOG"))
                    .noneMatch(message -> message.hasKey("EXTEND_TIMEOUT_USEC"))
                    .anyMatch(SupervisionIT::saysStill);
        }
    }

    private static boolean saysStill(NotifyListener.Message message) {
        return message.sent().path("STATUS").asText().endsWith("hdf5-writer does not move");
    }

    @Test
    void shouldDoNothingWhereNobodyListens() {
        assertThat(Supervision.start(Map.of(), status, watch(steps::get, Thread.currentThread())))
                .isNull();
        assertThat(Supervision.start(
                        Map.of("NOTIFY_SOCKET", "vsock:2:1234"), status, watch(steps::get, Thread.currentThread())))
                .isNull();
    }

    private Supervision start(String socket, LongSupplier moving, Thread writer) {
        Map<String, String> environment = Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", "1000000");
        return Objects.requireNonNull(Supervision.start(environment, status, watch(moving, writer)));
    }

    private static WriterWatch watch(LongSupplier moving, Thread writer) {
        return new WriterWatch(WriterWatch.Writer.of(moving, writer), Duration.ofMinutes(5));
    }

    private void waitForRelease() {
        try {
            isReleased.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
