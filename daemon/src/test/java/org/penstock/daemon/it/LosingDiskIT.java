package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;

/**
 * A disk that could not keep what was written to a part file, and tells so once, when the file is synced: a durable stream is asked for those frames
 * again, and of a stream that does not wait for the disk they are named as lost.
 */
final class LosingDiskIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 128L, 128L);
    private static final long PER_FILE = 20;
    private static final int COUNT = 60;
    private static final Path SCAN = Path.of("p", "b", "s", "RAW_DATA", "sample", "sample_d", "scan0001");
    private static final String CONFIG = """
            memory: {chunk_bytes: 8 KiB, slab_bytes: 256 MiB, stream_bytes: 64 MiB}
            network: {handshake_timeout: 60 s}
            """;

    /** Parts are synced when they are closed, and not before. */
    private static final String ONCE = "storage: {sync_interval: 1 h}\n";

    @TempDir
    private Path folder;

    @BeforeAll
    static void toolsMustBeThere() {
        AckJudge.assumeReaders();
        ForeignReader.assumeProgram("gcc");
    }

    @Test
    void shouldAskAgainForWhatAnOpenPartLost() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(losing(1, "fdatasync"));
                AckClient client = client(daemon, AckLog.DURABLE, 25)) {
            client.awaitAcknowledged(AckLog.DURABLE, 25);
            client.release();

            isComplete(client);
        }
    }

    @Test
    void shouldAskAgainForWhatAClosedPartLost() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(losing(1, "fsync"));
                AckClient client = client(daemon, AckLog.DURABLE, 45)) {
            daemon.awaitLog("no later sync of it is believed");
            client.release();

            isComplete(client);
        }
    }

    private void isComplete(AckClient client) throws Exception {
        JsonNode report = client.report();
        assertThat(lost()).isNotEmptyFile();
        assertThat(report.path("state").asText()).as(report.toString()).isEqualTo(Report.COMPLETE);
        AckJudge.judge(List.of(client));
    }

    @Test
    void shouldAskAgainForWhatWasLostAfterARestart() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(losing(1, "fsync"));
                AckClient client = client(daemon, AckLog.DURABLE, 45)) {
            daemon.awaitLog("no later sync of it is believed");
            daemon.kill9();
            daemon.restart();
            client.release();

            isComplete(client);
        }
    }

    /** END is said at once: what the last sync did not keep is asked for after it. */
    @Test
    void shouldAskAClientAgainThatHasSaidEnd() throws Exception {
        Path frames = folder.resolve("frames.raw");
        byte[] sevens = new byte[COUNT * FRAMES.bytes()];
        Arrays.fill(sevens, (byte) 7);
        Files.write(frames, sevens);
        try (DaemonProcess daemon = DaemonProcess.start(losing(2, "fsync"))) {
            List<String> send = new ArrayList<>(List.of("send", "--ack", "durable", "--detector", "camera"));
            send.addAll(List.of("--to", "127.0.0.1:" + daemon.address().getPort(), "--codec", "none"));
            send.addAll(List.of("--proposal", "p", "--beamline", "b", "--session", "s"));
            send.addAll(List.of("--sample", "sample", "--dataset", "d", "--frames-per-file", "" + PER_FILE));
            send.addAll(List.of("--dtype", "u2", "--shape", "128,128", frames.toString()));
            String printed = Tracer.run(DaemonProcess.command(send));

            assertThat(lost()).isNotEmptyFile();
            assertThat(printed).contains("\"state\":\"complete\"", "\"frames_durable\":60");
        }
        String pixels = ForeignReader.h5py(
                folder.resolve("data").resolve(SCAN).resolve("scan0001.h5"),
                "d = f['1.1/instrument/camera/data'][()]; print(d.shape, d.min(), d.max(), 'missing' in f['1.1/instrument/camera'])");
        assertThat(pixels).isEqualTo("(60, 128, 128) 1799 1799 False");
    }

    @Test
    void shouldNameInTheReportWhatNobodyHasAnyMore() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(losing(1, "fsync"));
                AckClient client = client(daemon, AckLog.WRITTEN, 45)) {
            daemon.awaitLog("acknowledged frames are lost: detector=camera, first=20, count=20");
            client.release();
            JsonNode report = client.report();

            assertThat(report.path("state").asText()).as(report.toString()).isEqualTo(Report.INCOMPLETE);
            assertThat(report.path("missing").toString()).isEqualTo("[[20,20]]");
        }
        assertThat(missing()).isEqualTo(range(20, 40));
    }

    @Test
    void shouldNameAtTheNextStartWhatIsFoundLostAfterTheEnd() throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(losing(2, "fsync"));
                AckClient client = client(daemon, AckLog.WRITTEN, COUNT)) {
            client.release();
            client.report();
            daemon.awaitLog("no later sync of it is believed");
            assertThat(daemon.terminate()).isZero();
        }

        try (DaemonProcess _ = DaemonProcess.start(setting())) {
            Await.until("no journal is left", () -> journals() == 0);
        }
        assertThat(missing()).isEqualTo(range(40, 60));
    }

    private static String range(int from, int to) {
        return IntStream.range(from, to).boxed().toList().toString();
    }

    /** Returns the frames that the scan master names as missing, as h5py reads them. */
    private String missing() {
        Path master = folder.resolve("data").resolve(SCAN).resolve("scan0001.h5");
        return ForeignReader.h5py(master, "print(f['1.1/instrument/camera/missing'][()].tolist())");
    }

    private long journals() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("data").resolve(SCAN))) {
            return files.filter(file -> file.toString().endsWith(".jnl")).count();
        }
    }

    private Path lost() {
        return folder.resolve("lost");
    }

    private AckClient client(DaemonProcess daemon, String level, int holdAt) throws IOException {
        OpenStream request = FRAMES.request("camera", (long) COUNT).toBuilder()
                .codec("none")
                .framesPerFile(PER_FILE)
                .ack(level)
                .scan(new ScanRequest(null, "p", "b", "s", "sample", "d", null, null, null, null))
                .build();
        return AckClient.startUpTo(daemon.address(), request, FRAMES, holdAt, folder.resolve("acks"));
    }

    /** The first {@code call} on this part file fails, and what was written to it since the sync before is gone. */
    private DaemonProcess.Setting losing(int part, String call) throws Exception {
        Path file = folder.resolve("data").resolve(SCAN).resolve("camera_%04d.h5".formatted(part));
        return DaemonProcess.Setting.of(folder.resolve("data"))
                .config(call.equals("fsync") ? CONFIG + ONCE : CONFIG)
                .environment(
                        "LD_PRELOAD",
                        Tracer.compile("faults/lost_write.c", folder).toString())
                .environment("LOST_WRITE_FILE", file.toString())
                .environment("LOST_WRITE_CALL", call)
                .environment("LOST_WRITE_NUMBER", "1")
                .environment("LOST_WRITE_LOG", lost().toString());
    }

    private DaemonProcess.Setting setting() throws IOException {
        return DaemonProcess.Setting.of(folder.resolve("data")).config(CONFIG);
    }
}
