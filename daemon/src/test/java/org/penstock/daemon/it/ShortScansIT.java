package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.ControlConnection;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A beamline that scans in bursts: a thousand scans of ten frames, one after the other, in one dataset. */
final class ShortScansIT {
    private static final Logger LOG = LoggerFactory.getLogger(ShortScansIT.class);
    private static final int SCANS = 1000;
    private static final long FRAMES = 10;
    private static final long SIDE = 64;

    /** What is aimed at on a machine with nothing else to do; asserted three times as large, for machines that have. */
    private static final double OPENING_MS = 20;

    private static final double ENDING_MS = 50;
    private static final double NOISE = 3;

    @TempDir
    private Path dataDir;

    private final ByteBuffer frame =
            ByteBuffer.allocateDirect((int) (SIDE * SIDE * Short.BYTES)).order(ByteOrder.LITTLE_ENDIAN);

    @Test
    @Timeout(240)
    void shouldOpenAndEndTheThousandthScanAsFastAsTheFirst() throws Exception {
        double[] openingMs = new double[SCANS];
        double[] endingMs = new double[SCANS];
        String datasetFile = "";
        // a stream's memory that stayed reserved would fill the slab after some two hundred scans, and the next be
        // refused
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                ControlConnection control = PenstockClient.control(daemon.address())) {
            long filesEarly = 0;
            for (int scan = 0; scan < SCANS; scan++) {
                datasetFile = scan(daemon, scan, openingMs, endingMs);
                if (scan == 200) {
                    Await.until("journals are gone", () -> journals() == 0);
                    filesEarly = idleFiles(control);
                }
            }
            // journals go a moment after the report
            long most = filesEarly;
            Await.until("no more open file descriptors than " + most, () -> idleFiles(control) <= most);
        }

        LOG.info("opening, connect and handshake included: {}", summary(openingMs));
        LOG.info("END to REPORT: {}", summary(endingMs));
        assertThat(median(openingMs, 0, SCANS)).as("opening").isLessThan(NOISE * OPENING_MS);
        assertThat(median(endingMs, 0, SCANS)).as("ending").isLessThan(NOISE * ENDING_MS);
        assertThat(median(openingMs, 900, 1000))
                .as("opening of the last")
                .isLessThan(2 * median(openingMs, 100, 200) + 10);
        assertThat(median(endingMs, 900, 1000)).as("ending of the last").isLessThan(2 * median(endingMs, 100, 200) + 5);
        judge(Path.of(datasetFile));
    }

    private long journals() throws IOException {
        try (Stream<Path> scans = Files.list(dataDir.resolve(".penstock").resolve("open"))) {
            return scans.count();
        }
    }

    private String scan(TestDaemon daemon, int scan, double[] openingMs, double[] endingMs) throws IOException {
        OpenStream request = OpenStream.of("eiger", ElementType.U2, List.of(SIDE, SIDE), FRAMES);
        long beginNs = System.nanoTime();
        try (FrameStream stream = PenstockClient.open(daemon.address(), request)) {
            openingMs[scan] = (System.nanoTime() - beginNs) / 1e6;
            for (int index = 0; index < FRAMES; index++) {
                frame.putShort(0, (short) (scan + index));
                stream.send(index, 0, frame.duplicate().order(ByteOrder.LITTLE_ENDIAN));
            }
            long endNs = System.nanoTime();
            Report report = stream.end(FRAMES);
            endingMs[scan] = (System.nanoTime() - endNs) / 1e6;
            assertThat(report.state()).as(report.reason()).isEqualTo(Report.COMPLETE);
            assertThat(report.entry()).isEqualTo(scan + 1 + ".1");
            return Objects.requireNonNull(report.datasetFile());
        }
    }

    /** Waits until no stream is left, and no connection but this one; returns how many files and sockets the process has open. */
    private static long idleFiles(ControlConnection control) throws IOException {
        long beginNs = System.nanoTime();
        while (control.status().path("streams").asInt() > 0
                || control.status().path("connections").asInt() > 1) {
            assertThat(System.nanoTime() - beginNs)
                    .as("streams and connections left: %s", control.status())
                    .isLessThan(10_000_000_000L);
            LockSupport.parkNanos(2_000_000);
        }
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private static void judge(Path datasetFile) {
        ForeignReader.assumePython("h5py, hdf5plugin");
        String said = ForeignReader.python("""
                import sys, h5py, hdf5plugin
                with h5py.File(sys.argv[1], "r") as f:
                    numbers = sorted(int(name.split(".")[0]) for name in f)
                    last = f["1000.1/measurement/eiger"]
                    print(numbers == list(range(1, 1001)), last.shape, last[:, 0, 0].tolist())
                """, datasetFile.toString());
        assertThat(said).isEqualTo("True (10, 64, 64) [999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008]");
    }

    private static String summary(double[] ms) {
        return "median %.1f ms, p99 %.1f ms, scans 100-200 %.1f ms, last hundred %.1f ms"
                .formatted(
                        median(ms, 0, SCANS),
                        Arrays.stream(ms).sorted().toArray()[SCANS * 99 / 100],
                        median(ms, 100, 200),
                        median(ms, 900, 1000));
    }

    private static double median(double[] ms, int from, int to) {
        double[] sorted = Arrays.copyOfRange(ms, from, to);
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
