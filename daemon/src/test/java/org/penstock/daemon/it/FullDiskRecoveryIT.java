package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;

/**
 * A disk of 64 MiB is full at one moment or another: the stream is told and waits, and goes on when there is room; it ends complete, nothing
 * that was acknowledged is lost, and the stream on another disk notices nothing.
 */
final class FullDiskRecoveryIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 256L, 256L);
    private static final TestFrames OTHERS = TestFrames.of(ElementType.I4, 100L, 200L);
    private static final int COUNT = 150;
    private static final String CONFIG = """
            memory: {chunk_bytes: 16 KiB, slab_bytes: 256 MiB, stream_bytes: 16 MiB}
            network: {handshake_timeout: 60 s}
            """;

    @TempDir
    private Path folder;

    private SmallDisk disk;
    private DaemonProcess daemon;

    @BeforeAll
    static void readersMustBeThere() {
        AckJudge.assumeReaders();
    }

    @BeforeEach
    void start() throws Exception {
        disk = SmallDisk.mount(folder.resolve("data/small"), 64);
        daemon = DaemonProcess.start(
                DaemonProcess.Setting.of(folder.resolve("data")).config(CONFIG));
    }

    @AfterEach
    void stop() throws Exception {
        if (daemon != null) {
            daemon.close();
        }
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void shouldRefuseAScanWithoutRoom() throws Exception {
        disk.fill(0);
        try (AckClient client = camera("refused", COUNT)) {
            assertThatThrownBy(client::opened)
                    .hasMessageContaining("refused by the daemon")
                    .hasMessageContaining("space");
        }
        disk.empty();

        try (AckClient client = camera("taken", Integer.MAX_VALUE)) {
            assertComplete(client);
        }
    }

    /** The room decides where it ends: in a chunk, in its journal, or in the metadata of a part that closes. */
    @ParameterizedTest
    @ValueSource(longs = {0, 4096, 65_536, 300_000, 1_000_000})
    void shouldWaitForRoomWhileFramesCome(long room) throws Exception {
        try (AckClient camera = camera("camera", 30);
                AckClient other = other()) {
            camera.awaitWritten(30);
            disk.fill(room);
            camera.release();
            camera.awaitError("disk_full");
            other.release();

            assertComplete(other);
            assertThat(camera.isReported()).isFalse();
            disk.empty();
            assertComplete(camera);
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    /** Full when the last part closes and the masters are written: either there was room kept for that, or the end waits. */
    @ParameterizedTest
    @ValueSource(longs = {0, 8192})
    void shouldCloseAScanOnAFullDisk(long room) throws Exception {
        try (AckClient camera = camera("camera", COUNT);
                AckClient other = other()) {
            camera.awaitWritten(COUNT);
            disk.fill(room);
            camera.release();
            other.release();
            assertComplete(other);
            Await.until(
                    "closed or told",
                    () -> camera.isReported() || camera.errorCodes().contains("disk_full"));
            disk.empty();

            assertComplete(camera);
        }
    }

    @Test
    void shouldRecoverWhenKilledOnAFullDisk() throws Exception {
        try (AckClient camera = camera("camera", 30)) {
            camera.awaitWritten(30);
            disk.fill(0);
            camera.release();
            camera.awaitError("disk_full");
            daemon.kill9();
            daemon.restart();
            disk.empty();

            assertComplete(camera);
        }
    }

    private static void assertComplete(AckClient client) throws IOException, InterruptedException {
        JsonNode report = client.report();
        assertThat(report.path("state").asText()).as(report.toString()).isEqualTo(Report.COMPLETE);
        assertThat(client.writtenCount()).isEqualTo(client.count());
        AckJudge.judge(List.of(client));
    }

    /** On the small disk; its frames are of 128 KiB, not compressed. */
    private AckClient camera(String detector, int holdAt) throws IOException {
        OpenStream request = FRAMES.request(detector, (long) COUNT).toBuilder()
                .codec("none")
                .framesPerFile(40L)
                .scan(scan("small"))
                .build();
        return AckClient.startUpTo(daemon.address(), request, FRAMES, holdAt, folder.resolve(detector + ".acks"));
    }

    /** On the disk of the data directory. */
    private AckClient other() throws IOException {
        OpenStream request = OTHERS.request("other", (long) COUNT).toBuilder()
                .scan(scan("large"))
                .build();
        return AckClient.startUpTo(daemon.address(), request, OTHERS, 10, folder.resolve("other.acks"));
    }

    private static ScanRequest scan(String proposal) {
        return new ScanRequest(null, proposal, null, null, null, null, null, null, null, null);
    }
}
