package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.service.NotifyListener;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;

/** The daemon as a service manager hears it: another process, on the socket that {@code NOTIFY_SOCKET} names. */
final class ServiceIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 128L, 128L);
    private static final int COUNT = 60;
    private static final double WATCHDOG_SECONDS = 2;
    private static final String PART = "p/b/s/RAW_DATA/fed/fed_d/scan0001/camera_0001.h5";
    private static final String MEMORY = "memory: {chunk_bytes: 8 KiB, slab_bytes: 256 MiB, stream_bytes: 64 MiB}\n";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"path", "abstract"})
    void shouldTellReadyStatusAndStopping(String kind) throws Exception {
        String socket = kind.equals("path")
                ? folder.resolve("notify").toString()
                : "@penstock-test-" + ProcessHandle.current().pid();
        try (NotifyListener listener = NotifyListener.at(socket);
                DaemonProcess daemon = DaemonProcess.startDoomed(setting(socket, MEMORY))) {
            listener.expectPort(daemon.address().getPort());

            NotifyListener.Message early = listener.await(message -> message.hasKey("EXTEND_TIMEOUT_USEC"));
            assertThat(early.sent().path("STATUS").asText()).startsWith("starting: ");
            NotifyListener.Message ready = listener.await(message -> message.hasKey("READY"));
            assertThat(ready.connected().asBoolean()).as(ready.toString()).isTrue();
            NotifyListener.Message idle = listener.await(message -> message.hasKey("STATUS"));
            assertThat(idle.sent().path("STATUS").asText())
                    .isEqualTo("0 scans, 0 streams; 0 frames/s, 0 MB/s in, 0 MB/s stored; ring 0 %, slab 0 % taken");
            try (AckClient client = client(daemon, 20)) {
                client.awaitWritten(20);
                listener.await(message -> message.sent().path("STATUS").asText().startsWith("1 scans, 1 streams; "));
                assertThat(daemon.terminate()).isZero();
            }
            NotifyListener.Message stopping = listener.await(message -> message.hasKey("STOPPING"));
            assertThat(stopping.has("STOPPING=1")).isTrue();
            listener.await(message -> message.hasKey("EXTEND_TIMEOUT_USEC")
                    && message.sent().path("STATUS").asText().startsWith("stopping: "));
        }
    }

    @Test
    void shouldFeedTheWatchdogWhileIdleAndWhileItWrites() throws Exception {
        String socket = folder.resolve("notify").toString();
        try (NotifyListener listener = NotifyListener.at(socket);
                DaemonProcess daemon = DaemonProcess.startDoomed(setting(socket, MEMORY))) {
            listener.expectPort(daemon.address().getPort());
            listener.await(message -> message.hasKey("READY"));

            expectFed(listener.during(3 * WATCHDOG_SECONDS));
            try (AckClient client = client(daemon, COUNT / 2)) {
                expectFed(listener.during(2 * WATCHDOG_SECONDS));
                client.release();
                assertThat(client.report().path("state").asText()).isEqualTo(Report.COMPLETE);
                expectFed(listener.during(WATCHDOG_SECONDS));
            }
        }
    }

    @Test
    void shouldFeedTheWatchdogWhileAWriteWaitsForASlowDisk() throws Exception {
        List<NotifyListener.Message> heard = writeToSlowDisk("service: {io_limit: 60 s}\n");

        expectFed(heard);
    }

    @Test
    void shouldLeaveTheWatchdogUnfedWhenAWriteTakesLongerThanTheLimit() throws Exception {
        List<NotifyListener.Message> heard = writeToSlowDisk("service: {io_limit: 3 s}\n");

        assertThat(longestSilence(heard)).isBetween(6 * 0.9, 12.0);
        assertThat(heard)
                .anyMatch(message -> message.sent().path("STATUS").asText().endsWith("hdf5-writer does not move"));
    }

    /** One write takes ten seconds, and the scan is complete all the same: returns what was heard from ready until after it. */
    private List<NotifyListener.Message> writeToSlowDisk(String config) throws Exception {
        Strace.assumeInstalled();
        String socket = folder.resolve("notify").toString();
        Path log = folder.resolve("strace");
        Path part = folder.resolve("data").resolve(PART);
        DaemonProcess.Setting setting = setting(socket, MEMORY + config)
                .wrapper(Strace.inject("pwrite64:delay_enter=10000000:when=9", log, part));
        try (NotifyListener listener = NotifyListener.at(socket);
                DaemonProcess daemon = DaemonProcess.startDoomed(setting)) {
            listener.expectPort(daemon.address().getPort());
            listener.await(message -> message.hasKey("READY"));
            try (AckClient client = client(daemon, Integer.MAX_VALUE)) {
                assertThat(client.report().path("state").asText()).isEqualTo(Report.COMPLETE);
                assertThat(client.writtenCount()).isEqualTo(COUNT);
                assertThat(Strace.injected(log)).as("slow calls").isPositive();
                return listener.during(WATCHDOG_SECONDS);
            }
        }
    }

    private static void expectFed(List<NotifyListener.Message> heard) {
        assertThat(longestSilence(heard)).isLessThan(WATCHDOG_SECONDS);
    }

    private static double longestSilence(List<NotifyListener.Message> heard) {
        double[] fed = heard.stream()
                .filter(message -> message.has("WATCHDOG=1"))
                .mapToDouble(NotifyListener.Message::atSeconds)
                .toArray();
        assertThat(fed).as("signs of life among " + heard.size()).hasSizeGreaterThan(2);
        return IntStream.range(1, fed.length)
                .mapToDouble(i -> fed[i] - fed[i - 1])
                .max()
                .orElseThrow();
    }

    private AckClient client(DaemonProcess daemon, int holdAt) throws IOException {
        OpenStream request = FRAMES.request("camera", (long) COUNT).toBuilder()
                .codec("none")
                .framesPerFile(20L)
                .scan(new ScanRequest(null, "p", "b", "s", "fed", "d", null, null, null, null))
                .build();
        return AckClient.startUpTo(daemon.address(), request, FRAMES, holdAt, folder.resolve("camera.acks"));
    }

    private DaemonProcess.Setting setting(String socket, String config) throws IOException {
        return DaemonProcess.Setting.of(folder.resolve("data"))
                .config(config)
                .environment("NOTIFY_SOCKET", socket)
                .environment("WATCHDOG_USEC", Long.toString((long) (WATCHDOG_SECONDS * 1e6)));
    }
}
