package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;

/** A disk that fails, is interrupted, writes less than asked, or is slow: nothing that was acknowledged is lost, and the scan ends complete. */
final class FaultyDiskIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 128L, 128L);
    private static final TestFrames OTHERS = TestFrames.of(ElementType.I4, 50L, 60L);
    private static final int COUNT = 60;

    /** The client waits after so many frames until they are durable: each time the second part file is synced while it is open. */
    private static final List<Integer> SYNCED_AT = List.of(25, 30);

    private static final int SYNCED_STEP = 5;

    private static final String PART = "p/b/s/RAW_DATA/hurt/hurt_d/scan0001/camera_0001.h5";
    private static final String CONFIG = """
            memory: {chunk_bytes: 8 KiB, slab_bytes: 256 MiB, stream_bytes: 64 MiB}
            network: {handshake_timeout: 60 s}
            """;

    /** What is done to calls on the second part file. */
    static final List<String> PART_FAULTS = List.of(
            "pwrite64:error=EIO:when=9",
            "pwrite64:error=ENOSPC:when=9..10",
            "pwrite64:error=EINTR:when=5..7",
            "pwrite64:delay_enter=3000000:when=9");

    /** What is done to calls on its journal. */
    static final List<String> JOURNAL_FAULTS = List.of("pwrite64:error=EIO:when=9", "pwrite64:error=ENOSPC:when=9..10");

    /** What is done to syncs of the second part file: of its chunks while it is open, and of all of it when it was closed. */
    static final List<String> SYNC_FAULTS = List.of(
            "fdatasync:error=EIO:when=1",
            "fdatasync:error=EIO:when=2",
            "fsync:error=EIO:when=1",
            "fsync,fdatasync:error=EIO:when=1..2");

    @TempDir
    private Path folder;

    @BeforeAll
    static void toolsMustBeThere() {
        AckJudge.assumeReaders();
    }

    @ParameterizedTest
    @FieldSource("PART_FAULTS")
    void shouldLoseNothingWhenAPartFails(String injection) throws Exception {
        Strace.assumeInstalled();

        inject(injection, folder.resolve("data").resolve(PART));
    }

    @ParameterizedTest
    @FieldSource("SYNC_FAULTS")
    void shouldLoseNothingWhenASyncFails(String injection) throws Exception {
        Strace.assumeInstalled();

        inject(injection, folder.resolve("data").resolve(PART));
    }

    @ParameterizedTest
    @FieldSource("JOURNAL_FAULTS")
    void shouldLoseNothingWhenAJournalFails(String injection) throws Exception {
        Strace.assumeInstalled();
        Path log = folder.resolve("calls");
        Path measured = folder.resolve("measured");
        runTwoStreams(DaemonProcess.Setting.of(measured).config(CONFIG).wrapper(Strace.log(List.of("pwrite64"), log)));
        Path part = measured.resolve(PART);
        List<Path> journals = Strace.written(log, measured).stream()
                .filter(file -> file.toString().contains("camera_0001"))
                .filter(file -> !file.equals(part))
                .toList();
        assertThat(journals).as("journals of " + part).hasSize(1);

        inject(injection, folder.resolve("data").resolve(measured.relativize(journals.getFirst())));
    }

    private void inject(String injection, Path file) throws Exception {
        Path log = folder.resolve("strace");
        runTwoStreams(setting().wrapper(Strace.inject(injection, log, file)));

        assertThat(Strace.injected(log)).as("calls on %s that were hit", file).isPositive();
    }

    @Test
    void shouldWriteOnWhereTheKernelTookOnlyHalf() throws Exception {
        ForeignReader.assumeProgram("gcc");
        Path library = Tracer.compile("faults/short_write.c", folder);
        DaemonProcess.Setting setting = setting()
                .environment("LD_PRELOAD", library.toString())
                .environment("SHORT_WRITE_ROOT", folder.resolve("data").toString())
                .environment("SHORT_WRITE_EVERY", "7")
                .environment("SHORT_WRITE_LOG", folder.resolve("short").toString());

        runTwoStreams(setting);

        assertThat(folder.resolve("short")).as("writes that were cut").isNotEmptyFile();
    }

    private void runTwoStreams(DaemonProcess.Setting setting) throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(setting);
                AckClient hurt = client(daemon, "camera", FRAMES, SYNCED_AT.getFirst(), "hurt");
                AckClient other = client(daemon, "other", OTHERS, Integer.MAX_VALUE, "well")) {
            assertThat(hurt.opened().path("ack").asText()).isEqualTo(AckLog.DURABLE);
            for (int frames : SYNCED_AT) {
                hurt.awaitAcknowledged(AckLog.DURABLE, frames);
                hurt.release(frames + SYNCED_STEP);
            }
            hurt.release();
            for (AckClient client : List.of(other, hurt)) {
                JsonNode report = client.report();
                assertThat(report.path("state").asText()).as(report.toString()).isEqualTo(Report.COMPLETE);
                assertThat(client.writtenCount()).isEqualTo(COUNT);
                AckJudge.judge(List.of(client));
            }
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    private AckClient client(DaemonProcess daemon, String detector, TestFrames frames, int holdAt, String sample)
            throws IOException {
        OpenStream request = frames.request(detector, (long) COUNT).toBuilder()
                .codec("none")
                .framesPerFile(20L)
                .ack(AckLog.DURABLE)
                .scan(new ScanRequest(null, "p", "b", "s", sample, "d", null, null, null, null))
                .build();
        return AckClient.startUpTo(daemon.address(), request, frames, holdAt, folder.resolve(detector + ".acks"));
    }

    private DaemonProcess.Setting setting() throws IOException {
        return DaemonProcess.Setting.of(folder.resolve("data")).config(CONFIG);
    }
}
