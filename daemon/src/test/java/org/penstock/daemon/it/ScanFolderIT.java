package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.StreamOpened;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** What lies where when scans are over, and while they run: numbers, masters, links, names. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ScanFolderIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 30L, 40L);
    private static final TestFrames COUNTER = TestFrames.of(ElementType.F8).withSeed(4);
    private static final TestFrames SPECTRUM =
            TestFrames.of(ElementType.U4, 256L).withSeed(5);

    @TempDir
    private Path dataDir;

    private final FrameJudge judge = new FrameJudge();

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    @Test
    void shouldCountScansUpAlsoAfterARestart() throws Exception {
        Report first;
        Report second;
        Report third;
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            first = send(daemon, FRAMES.request("eiger", 3L), 3);
            second = send(daemon, FRAMES.request("eiger", 4L), 4);
        }
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            third = send(daemon, FRAMES.request("eiger", 5L), 5);
        }

        assertThat(List.of(first.entry(), second.entry(), third.entry())).containsExactly("1.1", "2.1", "3.1");
        assertThat(Path.of(third.scanFile())).hasFileName("scan0003.h5");
        assertThat(third.datasetFile()).isEqualTo(first.datasetFile());
        assertThat(ForeignReader.h5py(Path.of(first.datasetFile()), "print(sorted(f))"))
                .isEqualTo("['1.1', '2.1', '3.1']");
        for (Report report : List.of(first, second, third)) {
            judge.expect(report.datasetFile(), "/" + report.entry() + "/measurement/eiger")
                    .pattern(FRAMES)
                    .frames(report.framesExpected());
        }
        judge.judge();
    }

    @Test
    void shouldLeadToTheSameDataFromEveryMaster() throws Exception {
        ScanRequest scan =
                new ScanRequest(null, "hg123", "id19", "20261101", "diatom", "0007", "a title", 5, null, null);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            report = send(daemon, FRAMES.request("pco", 6L).withFramesPerFile(4).withScan(scan), 6);
        }

        Path raw = dataDir.resolve("hg123/id19/20261101/RAW_DATA");
        Path dataset = raw.resolve("diatom/diatom_0007");
        assertThat(Path.of(report.scanFile())).isEqualTo(dataset.resolve("scan0005/scan0005.h5"));
        assertThat(Path.of(report.datasetFile())).isEqualTo(dataset.resolve("diatom_0007.h5"));
        expect(report.scanFile(), "/5.1/instrument/pco/data", 6);
        expect(report.scanFile(), "/5.1/plotselect/pco", 6);
        expect(report.datasetFile(), "/5.1/measurement/pco", 6);
        expect(raw.resolve("diatom/hg123_diatom.h5").toString(), "/diatom_0007_5.1/measurement/pco", 6);
        expect(raw.resolve("hg123_id19.h5").toString(), "/diatom_0007_5.1/measurement/pco", 6);
        assertThat(judge.judge()).isEqualTo(5 * 6);
        assertThat(ForeignReader.h5py(Path.of(report.scanFile()), "print(f['/5.1/title'].asstr()[()])"))
                .isEqualTo("a title");
        try (Stream<Path> files = Files.walk(dataDir)) {
            assertThat(files.filter(file -> file.toString().endsWith(".h5")))
                    .hasSize(6)
                    .allSatisfy(ScanFolderIT::hasOldestSuperblock);
        }
    }

    @Test
    void shouldBeWholeByItselfInAnotherPlace(@TempDir Path elsewhere) throws Exception {
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            report = send(daemon, FRAMES.request("pco", 6L).withFramesPerFile(4), 6);
        }
        Path folder = Path.of(report.scanFile()).getParent();
        Path copy = Files.createDirectory(elsewhere.resolve("copied"));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
                Files.delete(file);
            }
        }

        judge.in(elsewhere);
        expect("copied/scan0001.h5", "/1.1/measurement/pco", 6).allReaders();
        judge.judge();
    }

    @Test
    void shouldShowCountersSpectraAndImagesOfOneScanTogether() throws Exception {
        StreamOpened opened;
        try (TestDaemon daemon = TestDaemon.start(dataDir, "storage: {master_interval: 10 ms}")) {
            OpenStream images = Requests.with(
                    FRAMES.request("eiger", 20L).withFramesPerFile(8), Map.of("scan", Map.of("streams", 3)));
            try (FrameStream eiger = PenstockClient.open(daemon.address(), images)) {
                opened = eiger.opened();
                ScanRequest join = ScanRequest.join(opened.scan());
                try (FrameStream diode = PenstockClient.open(
                                daemon.address(), COUNTER.request("diode", 20L).withScan(join));
                        FrameStream mca = PenstockClient.open(
                                daemon.address(), SPECTRUM.request("mca", 20L).withScan(join))) {
                    FRAMES.send(eiger, 0, 20);
                    COUNTER.send(diode, 0, 20);
                    SPECTRUM.send(mca, 0, 20);
                    assertThat(diode.end(20L).state()).isEqualTo(Report.COMPLETE);
                    assertThat(entry(opened))
                            .as("two detectors are still there")
                            .doesNotContain("end_time");
                    assertThat(mca.end(20L).state()).isEqualTo(Report.COMPLETE);
                    assertThat(entry(opened)).as("one is").doesNotContain("end_time");
                    assertThat(eiger.end(20L).state()).isEqualTo(Report.COMPLETE);
                }
            }
        }

        assertThat(entry(opened)).contains("end_time", "end_reason", "plot0D", "plot1D", "plot2D");
        assertThat(Path.of(opened.scanFile()).getParent())
                .isDirectoryNotContaining("glob:**/diode*")
                .isDirectoryNotContaining("glob:**/mca*");
        judge.expect(opened.datasetFile(), "/1.1/measurement/eiger")
                .pattern(FRAMES)
                .frames(20)
                .allReaders();
        judge.expect(opened.datasetFile(), "/1.1/measurement/diode")
                .pattern(COUNTER)
                .frames(20)
                .allReaders();
        judge.expect(opened.datasetFile(), "/1.1/measurement/mca")
                .pattern(SPECTRUM)
                .frames(20)
                .allReaders();
        judge.judge();
    }

    @Test
    void shouldHaveNoEndWhileItRuns() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir, "storage: {master_interval: 10 ms}");
                FrameStream stream = PenstockClient.open(
                        daemon.address(), FRAMES.request("eiger", 30L).withFramesPerFile(10))) {
            StreamOpened opened = stream.opened();
            Await.until("the first master is there", () -> Files.exists(Path.of(opened.datasetFile())));
            assertThat(entry(opened)).contains("start_time", "title").doesNotContain("end_time");
            FRAMES.send(stream, 0, 15);
            Await.until("the first part is shown", () -> length(opened) == 10);
            assertThat(entry(opened)).doesNotContain("end_time");
            assertThat(ForeignReader.h5py(Path.of(opened.scanFile()), "print(f['/1.1/writer/status'].asstr()[()])"))
                    .isEqualTo("RUNNING");
            FRAMES.send(stream, 15, 30);
            stream.end(30L);
            assertThat(entry(opened)).contains("end_time");
        }
    }

    @Test
    void shouldUseTheNamesOfAControlSystem() throws Exception {
        Map<String, Object> lima = Map.of(
                "directory",
                "visitor/scan7",
                "prefix",
                "pco_",
                "index_format",
                "%05d",
                "next_number",
                3,
                "frames_per_file",
                4,
                "entry_name",
                "entry_0001",
                "instrument_name",
                "ID19",
                "detector_name",
                "cam",
                "master",
                "none");
        OpenStream request = Requests.with(FRAMES.request("pco", 10L), Map.of("lima", lima));
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            report = send(daemon, request, 10);
            assertThatThrownBy(() -> PenstockClient.open(daemon.address(), request))
                    .isInstanceOfSatisfying(
                            ProtocolException.class,
                            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.EXISTS))
                    .hasMessageContaining("pco_00003.h5");
        }

        Path folder = dataDir.resolve("visitor/scan7");
        assertThat(report.scanFile()).isNull();
        assertThat(report.datasetFile()).isNull();
        assertThat(report.files())
                .containsExactly(
                        folder.resolve("pco_00003.h5").toString(),
                        folder.resolve("pco_00004.h5").toString(),
                        folder.resolve("pco_00005.h5").toString());
        assertThat(folder).isDirectoryContaining("glob:**/pco_00005.h5");
        try (Stream<Path> files = Files.walk(dataDir)) {
            assertThat(files.filter(file -> file.toString().endsWith(".h5"))).hasSize(3);
        }
        expect(report.files().getFirst(), "/entry_0001/ID19/cam/data", 4).allReaders();
        judge.judge();
    }

    @Test
    void shouldKeepACountersPartWhereNoMasterTakesIt() throws Exception {
        OpenStream request = Requests.with(
                COUNTER.request("diode", 10L), Map.of("lima", Map.of("directory", "plain", "master", "none")));
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            report = send(daemon, request, COUNTER, 10);
        }

        assertThat(report.files()).hasSize(1);
        judge.expect(report.files().getFirst(), "/entry_0000/ESRF_ID00/diode/data")
                .pattern(COUNTER)
                .frames(10);
        judge.judge();
    }

    @Test
    void shouldWriteAMasterForTheNamesOfAControlSystem() throws Exception {
        ScanRequest scan = new ScanRequest(null, "hg123", "id19", "20261101", "s", "0001", null, null, null, null);
        Map<String, Object> names = Map.of("prefix", "pco_", "entry_name", "entry_0001");
        Map<String, Object> below = Map.of(
                "directory", "hg123/id19/20261101/RAW_DATA/s/s_0001/scan0002/raw", "prefix", "pco_", "next_number", 7);
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            OpenStream request = FRAMES.request("pco", 10L).withFramesPerFile(4).withScan(scan);
            Report first = send(daemon, Requests.with(request, Map.of("lima", names)), 10);
            Report second = send(daemon, Requests.with(request, Map.of("lima", below)), 10);

            assertThat(first.files()).hasSize(3).allMatch(file -> file.contains("/scan0001/pco_000"));
            assertThat(second.files()).hasSize(3).allMatch(file -> file.contains("/scan0002/raw/pco_00"));
            expect(first.datasetFile(), "/1.1/measurement/pco", 10).allReaders();
            expect(second.datasetFile(), "/2.1/measurement/pco", 10).allReaders();
        }
        judge.judge();
    }

    @Test
    void shouldRefuseToShowFilesOutsideTheScan() throws Exception {
        OpenStream request =
                Requests.with(FRAMES.request("pco", 10L), Map.of("lima", Map.of("directory", "visitor/scan8")));
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            assertThatThrownBy(() -> PenstockClient.open(daemon.address(), request))
                    .isInstanceOfSatisfying(
                            ProtocolException.class,
                            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_VALUE))
                    .hasMessageContaining("lima.directory")
                    .hasMessageContaining("scan0001")
                    .hasMessageContaining("master none");
        }
        assertThat(dataDir.resolve("visitor")).doesNotExist();
    }

    private static Report send(TestDaemon daemon, OpenStream request, long count) throws IOException {
        return send(daemon, request, FRAMES, count);
    }

    private static Report send(TestDaemon daemon, OpenStream request, TestFrames frames, long count)
            throws IOException {
        try (FrameStream stream = PenstockClient.open(daemon.address(), request)) {
            frames.send(stream, 0, count);
            Report report = stream.end(count);
            assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
            return report;
        }
    }

    private FrameJudge.Job expect(String file, String path, long frames) {
        return judge.expect(file, path).pattern(FRAMES).frames(frames);
    }

    private static String entry(StreamOpened opened) {
        return ForeignReader.h5py(Path.of(opened.datasetFile()), "print(list(f['/1.1']))");
    }

    private static long length(StreamOpened opened) {
        return Long.parseLong(
                ForeignReader.h5py(Path.of(opened.datasetFile()), "print(f['/1.1/measurement/eiger'].shape[0])"));
    }

    private static void hasOldestSuperblock(Path file) {
        try (var stream = Files.newInputStream(file)) {
            byte[] start = stream.readNBytes(9);
            assertThat(start[8]).as("superblock of %s", file).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
