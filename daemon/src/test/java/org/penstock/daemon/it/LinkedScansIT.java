package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** Masters of datasets, samples and proposals while scans come in bursts: sample and proposal are written once an hour here. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LinkedScansIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.F8);
    private static final String HOURLY = "storage: {master_interval: 1h}\n";
    private static final int SCANS = 12;

    @TempDir
    private Path dataDir;

    @BeforeAll
    static void readerMustBeThere() {
        ForeignReader.assumePython("h5py");
    }

    @Test
    void shouldShowEachScanWithItsReportAndAllAtTheStop() throws Exception {
        Path dataset = null;
        try (TestDaemon daemon = TestDaemon.start(dataDir, HOURLY)) {
            for (int scan = 1; scan <= SCANS; scan++) {
                dataset = scan(daemon.address());
                assertThat(newest(dataset)).isEqualTo(scan + " " + scan + ".1");
            }
            for (Path master : above(dataset)) {
                assertThat(newest(master)).as(master.toString()).isEqualTo("1 sample_0001_1.1");
            }
        }
        for (Path master : above(dataset)) {
            assertThat(newest(master)).as(master.toString()).isEqualTo(SCANS + " sample_0001_" + SCANS + ".1");
        }
    }

    @Test
    void shouldLinkEndedScansWhenADaemonWasKilledBefore() throws Exception {
        Path dataset = null;
        try (DaemonProcess daemon = DaemonProcess.start(
                DaemonProcess.Setting.of(dataDir.resolve("data")).config(HOURLY))) {
            for (int scan = 1; scan <= SCANS; scan++) {
                dataset = scan(daemon.address());
            }
            daemon.kill9();
            assertThat(newest(above(dataset).getLast())).isEqualTo("1 sample_0001_1.1");
            daemon.restart();
            List<Path> masters = above(dataset);
            for (Path master : masters) {
                Await.until(
                        "all scans are linked: " + master, () -> newest(master).startsWith(SCANS + " "));
            }
            Await.until("nothing is left to be done", () -> journals() == 0);
            WrittenMasters.judge(dataDir.resolve("data"));
        }
    }

    private long journals() throws IOException {
        try (Stream<Path> scans = Files.list(dataDir.resolve("data/.penstock/open"))) {
            return scans.count();
        }
    }

    private static Path scan(InetSocketAddress daemon) throws Exception {
        try (FrameStream stream = PenstockClient.open(daemon, FRAMES.request("diode", 3L))) {
            for (int index = 0; index < 3; index++) {
                stream.send(index, 0, FRAMES.frame(index));
            }
            Report report = stream.end(3L);
            assertThat(report.state()).as(report.reason()).isEqualTo(Report.COMPLETE);
            return Path.of(String.valueOf(report.datasetFile()));
        }
    }

    private static String newest(Path master) {
        return ForeignReader.h5py(master, "print(len(f), f.attrs['default'])");
    }

    /** Returns the sample and the proposal master. */
    private static List<Path> above(Path dataset) throws IOException {
        Path sampleFolder = dataset.getParent().getParent();
        return List.of(masterIn(sampleFolder), masterIn(sampleFolder.getParent()));
    }

    private static Path masterIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".h5"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
