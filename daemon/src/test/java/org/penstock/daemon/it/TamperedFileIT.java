package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;

/** Another program changes a part file that is being written: an alarm is raised, what is left is saved, what is gone is named. */
final class TamperedFileIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 128L, 128L);
    private static final int COUNT = 60;
    private static final int HELD_AT = 30;
    private static final String ALARM = "another program has changed a file that is being written";
    private static final Path SCAN = Path.of("p", "b", "s", "RAW_DATA", "sample", "sample_d", "scan0001");

    @TempDir
    private Path folder;

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    /** What is done to the file, when it has 30 frames of 60. */
    private interface Tampering {
        void with(Path file) throws IOException;
    }

    @Test
    void shouldSaveWhatIsLeftOfAFileThatWasCut() throws Exception {
        List<Long> missing = tamper(file -> {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(channel.size() / 2);
            }
        });

        assertThat(missing).hasSizeBetween(HELD_AT / 3, HELD_AT - 1);
    }

    @Test
    void shouldNameAllOfAFileThatWasRemoved() throws Exception {
        List<Long> missing = tamper(Files::delete);

        assertThat(missing).hasSize(HELD_AT);
    }

    @Test
    void shouldSaveAllOfAFileThatWasReplacedByACopy() throws Exception {
        List<Long> missing = tamper(file -> {
            Path copy = Files.copy(file, file.resolveSibling("copy"));
            Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
        });

        assertThat(missing).isEmpty();
    }

    @Test
    void shouldNameAllOfAFileThatWasReplacedByAnother() throws Exception {
        List<Long> missing = tamper(file -> {
            Path other = Files.writeString(file.resolveSibling("other"), "not an HDF5 file");
            Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
        });

        assertThat(missing).hasSize(HELD_AT);
    }

    /** Returns the frames that are named as missing; every other one was found as it was sent. */
    private List<Long> tamper(Tampering tampering) throws Exception {
        Path data = folder.resolve("data");
        List<Long> missing = new ArrayList<>();
        DaemonProcess.Setting setting =
                DaemonProcess.Setting.of(data).config("memory: {chunk_bytes: 8 KiB}"); // one frame is a chunk
        try (DaemonProcess daemon = DaemonProcess.start(setting);
                AckClient client =
                        AckClient.startUpTo(daemon.address(), request(), FRAMES, HELD_AT, folder.resolve("acks"))) {
            client.awaitWritten(HELD_AT);
            tampering.with(data.resolve(SCAN).resolve("camera_0000.h5"));
            daemon.awaitLog(ALARM);
            client.release();
            JsonNode report = client.report();

            report.path("missing").forEach(range -> {
                long first = range.path(0).asLong();
                for (long i = 0; i < range.path(1).asLong(); i++) {
                    missing.add(first + i);
                }
            });
            assertThat(report.path("state").asText())
                    .as(report.toString())
                    .isEqualTo(missing.isEmpty() ? Report.COMPLETE : Report.INCOMPLETE);
            FrameJudge judge = new FrameJudge();
            judge.expect(report.path("scan_file").asText(), "/1.1/instrument/camera/data")
                    .pattern(FRAMES)
                    .frames(COUNT)
                    .missing(missing.toArray(Long[]::new));
            judge.judge();
        }
        return missing;
    }

    /** All frames are in one part. */
    private static OpenStream request() {
        return FRAMES.request("camera", (long) COUNT).toBuilder()
                .codec("none")
                .framesPerFile(100L)
                .ack(AckLog.WRITTEN)
                .scan(new ScanRequest(null, "p", "b", "s", "sample", "d", null, null, null, null))
                .build();
    }
}
