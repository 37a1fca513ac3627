package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.Failure;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.penstock.protocol.client.StreamListener;

/** Frames hundreds of millions of indices apart: what never came costs neither memory nor time, in a daemon with the heap that it has in service. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FarApartIT {
    private static final long FAR = 400_000_000;
    private static final TestFrames IMAGES = TestFrames.of(ElementType.U2, 64L, 64L);
    private static final TestFrames COUNTS = TestFrames.of(ElementType.U1);

    @TempDir
    private Path dataDir;

    @BeforeAll
    static void readersMustBeThere() {
        ForeignReader.assumePython("h5py");
    }

    @ParameterizedTest(name = "{0}, every {1}")
    @CsvSource({"images, 1", "images, 5", "counts, 1"})
    void shouldListWhatLiesBetweenAsARange(String kind, long every) throws Exception {
        TestFrames frames = kind.equals("images") ? IMAGES : COUNTS;
        Report report;
        try (DaemonProcess daemon = DaemonProcess.start(DaemonProcess.Setting.of(dataDir));
                FrameStream stream =
                        open(daemon, Requests.with(frames.request("eiger", null), Map.of("every", every)))) {
            frames.send(stream, 0, 1);
            frames.send(stream, FAR, FAR + 1);
            report = stream.end(null);
            assertThat(daemon.isAlive()).isTrue();
        }

        long missing = FAR / every - 1;
        assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
        assertThat(report.framesExpected()).isEqualTo(FAR + 1);
        assertThat(report.framesWritten()).isEqualTo(2);
        assertThat(report.missingFrames()).isEqualTo(missing);
        assertThat(report.missing().getFirst()).isEqualTo(new FrameRange(every, every == 1 ? FAR - 1 : 1));
        expectRange(Path.of(report.scanFile()), missing);
        assertThat(verified()).as("what verify says").contains("\"missing_frames\":" + missing, "\"bad_frames\":[]");
    }

    @Test
    void shouldTakeUpAndRecoverAStreamWithSuchAGap() throws Exception {
        DaemonProcess.Setting setting = DaemonProcess.Setting.of(dataDir);
        try (DaemonProcess daemon = DaemonProcess.start(setting)) {
            try (FrameStream stream = open(daemon, IMAGES.request("eiger", null))) {
                IMAGES.send(stream, 0, 1);
                IMAGES.send(stream, FAR, FAR + 1);
                Await.until("both are written", () -> stream.isWritten(0) && stream.isWritten(FAR));
                daemon.kill9();
            }
            daemon.restart();
            daemon.awaitLog("taken up");
            daemon.kill9();
        }

        Recovery.Outcome outcome = Recovery.run(List.of(), List.of(dataDir));

        assertThat(outcome.output()).contains("\"missing_frames\":" + (FAR - 1), "\"lost_frames\":0");
        expectRange(
                Path.of(ForeignReader.python(
                        "import glob, sys\nprint(glob.glob(sys.argv[1] + '/**/scan0001/scan0001.h5', recursive=True)[0])",
                        dataDir.toString())),
                FAR - 1);
    }

    @Test
    void shouldEndAStreamOfWhichHardlyAnyFrameCame() throws Exception {
        Report report;
        try (DaemonProcess daemon = DaemonProcess.start(DaemonProcess.Setting.of(dataDir));
                FrameStream stream = open(daemon, IMAGES.request("eiger", 1L << 31))) {
            IMAGES.send(stream, 3, 4);
            report = stream.end(null);
        }

        assertThat(report.missingFrames()).isEqualTo((1L << 31) - 1);
        assertThat(report.missing()).containsExactly(new FrameRange(0, 3), new FrameRange(4, (1L << 31) - 4));
    }

    @Test
    void shouldRefuseAFirstFrameThatTellsOfACounterWhichBeganElsewhere() throws Exception {
        BlockingQueue<Failure> failures = new LinkedBlockingQueue<>();
        StreamListener listener = new StreamListener() {
            @Override
            public void onError(Failure failure) {
                failures.add(failure);
            }
        };
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream stream = PenstockClient.open(daemon.address(), IMAGES.request("eiger", null), listener)) {
            IMAGES.send(stream, FAR, FAR + 1);
            assertThat(failures.poll(20, TimeUnit.SECONDS)).satisfies(failure -> {
                assertThat(failure.code()).isEqualTo("frame_index");
                assertThat(failure.fatal()).isFalse();
                assertThat(failure.message()).contains("actual=400000000", "count the frames of a stream from 0");
            });
            IMAGES.send(stream, 0, 2);
            report = stream.end(2L);
        }

        assertThat(report.state()).isEqualTo(Report.COMPLETE);
        assertThat(report.framesWritten()).isEqualTo(2);
    }

    private static FrameStream open(DaemonProcess daemon, OpenStream request) throws IOException {
        return PenstockClient.open(daemon.address(), request);
    }

    /** Frame 0 and the last are there, and nothing between. */
    private static void expectRange(Path master, long missing) {
        assertThat(ForeignReader.h5py(
                        master,
                        "d = f['1.1/instrument/eiger']; m = d['missing']\n"
                                + "fill = (1 << 8 * d['data'].dtype.itemsize) - 1\n"
                                + "print(m[()].tolist(), m.attrs['frames'], len(d['data']),"
                                + " [bool((d['data'][i] == fill).all()) for i in (0, 1, len(d['data']) - 1)])"))
                .isEqualTo("[[1, %d]] %d %d [False, True, False]".formatted(missing, missing, missing + 2));
    }

    private String verified() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(DaemonProcess.command(List.of("verify", dataDir.toString()))).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }
}
