package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.source.FrameFiles;
import org.penstock.daemon.source.FrameSource;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/**
 * Real detector data goes through a stream into a scan and comes back bit for bit: through the dataset file, its external link, the scan
 * master and its virtual dataset, against numpy's own reading of what was sent.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RealFramesIT {
    private static Path data;

    @TempDir
    private Path dataDir;

    private final FrameJudge judge = new FrameJudge();

    @BeforeAll
    static void readersAndDataMustBeThere() {
        String given = System.getenv("PENSTOCK_TEST_DATA");
        data = given == null
                ? Path.of(System.getProperty("penstock.root", "..")).resolve("../shared/data")
                : Path.of(given);
        data = data.toAbsolutePath().normalize();
        Assumptions.assumeTrue(
                Files.isDirectory(data.resolve("frames")), "no real detector data: PENSTOCK_TEST_DATA or " + data);
        FrameJudge.assumeReaders();
    }

    @Test
    void shouldBringBackEveryFrameOfEveryDetector() throws Exception {
        List<Path> files = files("frames", ".npy.gz");
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            for (Path file : files) {
                Report report = send(daemon, List.of(file.toString()), FrameFiles.Hints.NONE, 4);
                expect(report).with("npy", file.toString());
            }
        }

        assertThat(judge.judge()).isEqualTo(1 + 1 + 19 + 6 + 6 + 3201 + 3L * files.size());
    }

    @Test
    void shouldBringBackEverySpectrum() throws Exception {
        List<Path> files = files("spectra", ".npy.gz");
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            for (Path file : files) {
                Report asImages = send(daemon, List.of(file.toString()), FrameFiles.Hints.NONE, null);
                expect(asImages).with("npy", file.toString());
                FrameFiles.Hints oneByOne = new FrameFiles.Hints(null, null, 1);
                Report asSpectra = send(daemon, List.of(file.toString()), oneByOne, null);
                expect(asSpectra).with("npy", file.toString()).with("cut", 1);
            }
        }

        assertThat(judge.judge()).isEqualTo(99 + 99 * 4 + 11 + 11 * 2 + 3 * 4);
    }

    @Test
    void shouldBringBackEdfFiles() throws Exception {
        List<String> all =
                files("originals/edf", ".edf").stream().map(Path::toString).toList();
        List<String> multiFrame =
                all.stream().filter(file -> file.contains("ID16B")).toList();
        List<String> series = all.stream().filter(file -> file.contains("ID19")).toList();
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            for (List<String> files : List.of(multiFrame, series)) {
                expect(send(daemon, files, FrameFiles.Hints.NONE, 4)).with("edf", files);
            }
        }

        assertThat(judge.judge()).isEqualTo(6 + 6 + 3 * 2);
    }

    @Test
    void shouldBringBackDatasetsOfABlissFile() throws Exception {
        Path file = data.resolve("originals/bliss_esrf/PTO_STO_SL_0001.h5");
        String image = "/20.1/instrument/eta_microscope/image_start";
        String counter = "/20.1/instrument/acq_time/data";
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            FrameFiles.Hints whole = new FrameFiles.Hints(null, null, 2);
            expect(send(daemon, List.of(file + "::" + image), whole, null))
                    .with("hdf5", file.toString())
                    .with("source", image)
                    .with("cut", 2);
            expect(send(daemon, List.of(file + "::" + counter), FrameFiles.Hints.NONE, null))
                    .with("hdf5", file.toString())
                    .with("source", counter);
        }

        assertThat(judge.judge()).isEqualTo(1 + 51 + 3 * 2);
    }

    /** Sends all frames over two connections, reads the parts in the JVM, and returns the report. */
    private static Report send(TestDaemon daemon, List<String> files, FrameFiles.Hints hints, Integer framesPerFile)
            throws IOException {
        try (FrameSource source = FrameFiles.open(files, hints)) {
            OpenStream request = OpenStream.of("det", source.type(), source.frameShape(), source.frames())
                    .withConnections(2);
            if (framesPerFile != null && source.frames() < 100) {
                request = request.withFramesPerFile(framesPerFile);
            }
            Report report;
            try (FrameStream stream = PenstockClient.open(daemon.address(), request)) {
                ByteBuffer scratch = scratch(source);
                for (long index = 0; index < source.frames(); index++) {
                    stream.send(index, 0, source.frame(index, scratch));
                }
                report = stream.end(source.frames());
            }
            assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
            assertThat(readParts(report, source)).isEqualTo(source.frameShape().size() < 2 ? 0 : source.frames());
            return report;
        }
    }

    private FrameJudge.Job expect(Report report) {
        return judge.expect(report.datasetFile(), "/" + report.entry() + "/measurement/det")
                .allReaders();
    }

    /**
     * Reads the part files through jHDF, which shares no code with libhdf5; returns how many frames were the same. The chunks are decoded by
     * the daemon's own source, because jHDF's bitshuffle filter puts wrong pixels into a chunk's last block.
     */
    private static long readParts(Report report, FrameSource source) throws IOException {
        long frame = 0;
        ByteBuffer scratch = scratch(source);
        for (String part : report.files()) {
            FrameFiles.Hints hints =
                    new FrameFiles.Hints(null, null, source.frameShape().size());
            try (FrameSource stored = FrameFiles.open(List.of(part + "::/entry_0000/ESRF_ID00/det/data"), hints)) {
                ByteBuffer other = scratch(source);
                for (long local = 0; local < stored.frames(); local++) {
                    ByteBuffer read = stored.frame(local, other);
                    assertThat(read.mismatch(source.frame(frame, scratch)))
                            .as("first byte that differs: file=%s, frame=%d", part, local)
                            .isEqualTo(-1);
                    frame++;
                }
            }
        }
        return frame;
    }

    private static ByteBuffer scratch(FrameSource source) {
        return ByteBuffer.allocateDirect((int) source.frameBytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static List<Path> files(String folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve(folder))) {
            List<Path> found =
                    new ArrayList<>(files.filter(file -> file.toString().endsWith(ending))
                            .sorted()
                            .toList());
            assertThat(found).isNotEmpty();
            return found;
        }
    }
}
