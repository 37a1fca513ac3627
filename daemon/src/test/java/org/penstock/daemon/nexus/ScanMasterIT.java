package org.penstock.daemon.nexus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.template.ScanTemplate;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.FrameRange;

class ScanMasterIT {
    private static final DetectorDescription EIGER = ScanFixture.detector("eiger", ElementType.U2, List.of(3, 4), 1, 4);
    private static final DetectorDescription MCA = ScanFixture.detector("mca1:det0", ElementType.U4, List.of(8), 2, 4);
    private static final DetectorDescription DIODE = ScanFixture.detector("diode", ElementType.F8, List.of(), 4, 8);

    private static final ScanProgress RUNNING = ScanProgress.running(WriterStatus.RUNNING, ScanFixture.START);

    @TempDir
    Path folder;

    @BeforeAll
    static void readersMustBeThere() {
        ForeignReader.assumePython("h5py");
        ForeignReader.assumePython("silx");
    }

    @Test
    void shouldShowRunningScanThroughItsClosedParts() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        List<FrameRange> missing = List.of(new FrameRange(2, 1));
        List<ClosedPart> parts = ScanFixture.writeParts(scanFolder(), EIGER, 8, missing);
        WrittenMaster written = new ScanMaster(ScanFixture.CLOCK, ScanTemplate.ESRF)
                .write(
                        ScanFixture.scan(1, RUNNING),
                        List.of(new DetectorState(EIGER, parts.subList(0, 1), 6, missing)),
                        master);
        written.publication().publish();

        JsonNode tree = ForeignReader.dump(master);
        JsonNode data = tree.get("/1.1/instrument/eiger/data");
        assertThat(data.get("virtual").toString())
                .isEqualTo("[[\"eiger_0000.h5\",\"/entry_0000/ESRF_ID00/eiger/data\",[0,0,0],[3,2,3]]]");
        assertThat(data.get("shape").toString()).isEqualTo("[6,3,4]");
        assertThat(ForeignReader.h5py(master, "print(f['/1.1/instrument/eiger/data'][:,0,0].tolist())"))
                .isEqualTo("[1, 2, 65535, 4, 65535, 65535]");
        assertThat(tree.get("/1.1/instrument/eiger/missing").get("value").toString())
                .isEqualTo("[2]");
        assertThat(tree.has("/1.1/end_time")).isFalse();
        assertThat(tree.get("/1.1/writer/status").get("value").asText()).isEqualTo("RUNNING");
        assertThat(written.embedded()).isEmpty();
        assertThat(ForeignReader.silxDefault(master).get("complete").size()).isZero();
        assertThat(Hdf5Library.openObjects()).isZero();
    }

    @Test
    void shouldLookLikeAnEntryOfBliss() throws IOException {
        Path master = writeEndedScan();

        JsonNode tree = ForeignReader.dump(master);

        JsonNode root = tree.get("/").get("attrs");
        assertThat(root.get("NX_class").asText()).isEqualTo("NXroot");
        assertThat(root.get("default").asText()).isEqualTo("1.1");
        assertThat(root.get("creator").asText()).isEqualTo("penstock");
        assertThat(root.get("file_name").asText()).isEqualTo(master.toString());
        assertThat(root.get("file_time").asText()).isEqualTo("2026-11-22T20:07:30.000000+01:00");
        assertThat(tree.get("/").get("attr_kinds").get("creator").asText()).isEqualTo("utf-8");
        assertThat(text(tree, "/1.1/title")).isEqualTo("ascan samy 0 4 4 0.1");
        assertThat(tree.get("/1.1/title").get("dtype").asText()).isEqualTo("utf-8");
        assertThat(text(tree, "/1.1/start_time")).isEqualTo("2026-11-22T20:07:25.011639+01:00");
        assertThat(text(tree, "/1.1/end_time")).isEqualTo("2026-11-22T20:07:29.011639+01:00");
        assertThat(text(tree, "/1.1/end_reason")).isEqualTo("SUCCESS");
        assertThat(text(tree, "/1.1/writer/status")).isEqualTo("SUCCEEDED");
        assertThat(text(tree, "/1.1/sample/name")).isEqualTo("sample");
        assertThat(text(tree, "/1.1/instrument/name")).isEqualTo("ESRF-ID00");
        assertThat(tree.get("/1.1/instrument/name")
                        .get("attrs")
                        .get("short_name")
                        .asText())
                .isEqualTo("id00");
        assertThat(classOf(tree, "/1.1")).isEqualTo("NXentry");
        assertThat(classOf(tree, "/1.1/instrument")).isEqualTo("NXinstrument");
        assertThat(classOf(tree, "/1.1/instrument/mca1_det0")).isEqualTo("NXdetector");
        assertThat(classOf(tree, "/1.1/measurement")).isEqualTo("NXcollection");
        assertThat(classOf(tree, "/1.1/sample")).isEqualTo("NXsample");
        assertThat(classOf(tree, "/1.1/writer")).isEqualTo("NXnote");
        assertThat(classOf(tree, "/1.1/plot2D")).isEqualTo("NXdata");
        assertThat(text(tree, "/1.1/instrument/mca1_det0/type")).isEqualTo("mca");
        assertThat(text(tree, "/1.1/instrument/mca1_det0/local_name")).isEqualTo("mca1:det0");
        assertThat(tree.get("/1.1/measurement/mca1_det0").get("target").asText())
                .isEqualTo("/1.1/instrument/mca1_det0/data");
        assertThat(tree.get("/1.1/plotselect").get("target").asText()).isEqualTo("/1.1/plot2D");
        JsonNode pixel = tree.get("/1.1/instrument/eiger/x_pixel_size");
        assertThat(pixel.get("attrs").get("units").asText()).isEqualTo("m");
        assertThat(text(tree, "/1.1/instrument/eiger/description")).isEqualTo("Größe µm");
    }

    @Test
    void shouldKeepCountersAndSpectraInTheMasterWhenTheScanHasEnded() throws IOException {
        Path master = writeEndedScan();
        try (var files = Files.newDirectoryStream(scanFolder(), "{mca1,diode}*.h5")) {
            for (Path file : files) {
                Files.delete(file);
            }
        }

        JsonNode tree = ForeignReader.dump(master);

        assertThat(tree.get("/1.1/instrument/mca1_det0/data").get("virtual").isNull())
                .isTrue();
        assertThat(ForeignReader.h5py(master, "print(f['/1.1/measurement/mca1_det0'][:,7].tolist())"))
                .isEqualTo("[1, 2, 3, 4, 5, 6, 7]");
        assertThat(ForeignReader.h5py(master, "print(f['/1.1/measurement/diode'][:].tolist())"))
                .isEqualTo("[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]");
        assertThat(tree.get("/1.1/instrument/eiger/data").get("virtual").size()).isEqualTo(2);
    }

    @Test
    void shouldKeepTheChecksumsOfWhatItCopies() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        List<FrameRange> missing = List.of(new FrameRange(4, 2));
        List<ClosedPart> mca = ScanFixture.writeParts(scanFolder(), MCA, 9, missing, Checksum.Kind.CRC32);
        List<ClosedPart> diode = ScanFixture.writeParts(scanFolder(), DIODE, 10, List.of(), Checksum.Kind.NONE);
        List<DetectorState> detectors =
                List.of(new DetectorState(MCA, mca, 9, missing), new DetectorState(DIODE, diode, 10, List.of()));

        publish(ended(1), detectors, master);

        JsonNode judged = ForeignReader.integrity(master);
        assertThat(judged.get("/1.1/instrument/mca1_det0").toString())
                .isEqualTo("{\"chunks\":4,\"bad_chunks\":[],\"frames\":7,\"bad_frames\":[],\"kind\":\"crc32\","
                        + "\"attrs\":{\"NX_class\":\"NXcollection\"},\"lengths\":[5,9]}");
        assertThat(judged.get("/1.1/instrument/diode").toString())
                .startsWith("{\"chunks\":3,\"bad_chunks\":[],\"frames\":0,")
                .endsWith("\"lengths\":[3]}");
    }

    @Test
    void shouldKeepNoChecksumsWhenOnePartHasNone() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        Path other = Files.createDirectories(scanFolder().resolve("other"));
        ClosedPart first = ScanFixture.writeParts(scanFolder(), MCA, 4, List.of(), Checksum.Kind.CRC32)
                .getFirst();
        ClosedPart second = ScanFixture.writeParts(other, MCA, 8, List.of()).get(1);

        WrittenMaster written =
                publish(ended(1), List.of(new DetectorState(MCA, List.of(first, second), 8, List.of())), master);

        assertThat(written.embedded()).hasSize(1);
        assertThat(ForeignReader.integrity(master).isEmpty()).isTrue();
    }

    @Test
    void shouldShowFromTheirPartsSpectraThatAreTooLargeToBeCopied() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        List<ClosedPart> parts = ScanFixture.writeParts(scanFolder(), MCA, 7, List.of());
        try (FileChannel last = FileChannel.open(parts.getLast().file(), StandardOpenOption.WRITE)) {
            last.write(ByteBuffer.allocate(1), 16 << 20);
        }

        WrittenMaster written = publish(ended(1), List.of(new DetectorState(MCA, parts, 7, List.of())), master);

        assertThat(written.embedded()).isEmpty();
        assertThat(written.problems()).isEmpty();
        assertThat(ForeignReader.h5py(
                        master, "d = f['/1.1/measurement/mca1_det0']; print(d.is_virtual, d[:,7].tolist())"))
                .isEqualTo("True [1, 2, 3, 4, 5, 6, 7]");
    }

    @Test
    void shouldNotCopyFromAPartWhoseChecksumsCannotBeRead() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        ClosedPart part = ScanFixture.writeParts(scanFolder(), MCA, 4, List.of(), Checksum.Kind.CRC32)
                .getFirst();
        ForeignReader.python(
                "import h5py, sys; del h5py.File(sys.argv[1], 'r+')[sys.argv[2]]",
                part.file().toString(),
                "/entry_0000/ESRF_ID00/mca1_det0/integrity/chunk_crc32c");

        WrittenMaster written = publish(ended(1), List.of(new DetectorState(MCA, List.of(part), 4, List.of())), master);

        assertThat(written.embedded()).isEmpty();
        assertThat(written.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem).hasMessageContaining("chunk_crc32c"));
    }

    @Test
    void shouldBePlottedBySilxWithoutASearch() throws IOException {
        Path master = writeEndedScan();

        JsonNode silx = ForeignReader.silxDefault(master);

        assertThat(silx.get("complete").toString()).isEqualTo("[\"1.1\"]");
        JsonNode plot = silx.get("default");
        assertThat(plot.get("signal").asText()).isEqualTo("eiger");
        assertThat(plot.get("is_valid").asBoolean()).isTrue();
        assertThat(plot.get("is_image").asBoolean()).isTrue();
        assertThat(plot.get("shape").toString()).isEqualTo("[7,3,4]");
        assertThat(plot.get("sum").asDouble()).isEqualTo(28.0 * 12);
    }

    @Test
    void shouldPlotCountersAsCurves() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        List<ClosedPart> parts = ScanFixture.writeParts(scanFolder(), DIODE, 10, List.of());
        publish(ended(1), List.of(new DetectorState(DIODE, parts, 10, List.of())), master);

        JsonNode plot = ForeignReader.silxDefault(master).get("default");

        assertThat(plot.get("is_curve").asBoolean()).isTrue();
    }

    @Test
    void shouldOpenBeforeAnyFrame() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        ScanProgress starting = ScanProgress.running(WriterStatus.STARTING, ScanFixture.START);
        List<DetectorState> detectors = List.of(new DetectorState(EIGER, List.of(), 0, List.of()));

        publish(ScanFixture.scan(1, starting), detectors, master);

        assertThat(ForeignReader.dump(master)
                        .get("/1.1/instrument/eiger/data")
                        .get("shape")
                        .toString())
                .isEqualTo("[0,3,4]");
        assertThat(ForeignReader.silxDefault(master).get("entries").toString()).isEqualTo("[\"1.1\"]");
    }

    private static void link(Path master, String name, String target) {
        LinkMaster.Link link = new LinkMaster.Link(name, target, "/1.1");
        Objects.requireNonNull(new LinkMaster(ScanFixture.CLOCK)
                        .add(master, List.of(link))
                        .publication())
                .publish();
    }

    @Test
    void shouldReadThroughAllMastersFromAnyFolder() throws IOException {
        ForeignReader.assumeProgram("h5dump");
        writeEndedScan();
        Path dataset = folder.resolve("sample/sample_0001/sample_0001.h5");
        Path sample = folder.resolve("sample/hg123_sample.h5");
        Path proposal = folder.resolve("hg123_id00.h5");
        link(dataset, "1.1", "scan0001/scan0001.h5");
        link(sample, "sample_0001_1.1", "sample_0001/sample_0001.h5");
        link(proposal, "sample_0001_1.1", "sample/sample_0001/sample_0001.h5");

        for (Path master : List.of(sample, proposal)) {
            assertThat(ForeignReader.h5py(
                            master,
                            "print(f['/sample_0001_1.1/measurement/eiger'][:,2,3].tolist(), f.attrs['default'])"))
                    .isEqualTo("[1, 2, 3, 4, 5, 6, 7] sample_0001_1.1");
            assertThat(ForeignReader.silxDefault(master)
                            .get("default")
                            .get("sum")
                            .asDouble())
                    .isEqualTo(28.0 * 12);
            assertThat(ForeignReader.h5dump(
                            master, "-d", "/sample_0001_1.1/instrument/eiger/data", "-s", "6,0,0", "-c", "1,1,4"))
                    .contains("(6,0,0): 7, 7, 7, 7");
        }
    }

    @Test
    void shouldShowFramesOfAPartThatIsGoneAsFillValueAndSaySo() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        List<ClosedPart> parts = ScanFixture.writeParts(scanFolder(), EIGER, 8, List.of());
        Files.delete(parts.get(1).file());

        WrittenMaster written = publish(ended(1), List.of(new DetectorState(EIGER, parts, 8, List.of())), master);

        assertThat(ForeignReader.h5py(master, "print(f['/1.1/measurement/eiger'][:,0,0].tolist())"))
                .isEqualTo("[1, 2, 3, 4, 65535, 65535, 65535, 65535]");
        assertThat(written.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem).hasMessageContaining("eiger_0001.h5"));
    }

    @Test
    void shouldKeepShowingCountersFromTheirPartsWhenOneCannotBeRead() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        List<ClosedPart> parts = ScanFixture.writeParts(scanFolder(), DIODE, 10, List.of());
        Files.writeString(parts.get(1).file(), "not HDF5 at all");

        WrittenMaster written = publish(ended(1), List.of(new DetectorState(DIODE, parts, 10, List.of())), master);

        assertThat(written.embedded()).isEmpty();
        assertThat(written.problems()).hasSize(1);
        assertThat(ForeignReader.h5py(master, "print(f['/1.1/measurement/diode'][:9].tolist())"))
                .isEqualTo("[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, nan]");
        assertThat(Hdf5Library.openObjects()).isZero();
    }

    @Test
    void shouldNotReplaceAMasterOfAnotherProgram() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        try (Hdf5File foreign = Hdf5File.create(master)) {
            foreign.root().attribute("creator", "Bliss");
        }
        byte[] before = Files.readAllBytes(master);

        assertThatThrownBy(() -> publish(ended(1), List.of(), master))
                .isInstanceOfSatisfying(
                        StorageException.class,
                        e -> assertThat(e.reason()).isEqualTo(StorageException.Reason.PERMISSION))
                .hasMessageContaining(master.toString())
                .hasMessageContaining("Bliss");

        assertThat(master).hasBinaryContent(before);
        assertThat(scanFolder()).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void shouldShowPartsThatLieElsewhere() throws IOException {
        ForeignReader.assumePython("h5py");
        Path master = scanFolder().resolve("scan0001.h5");
        List<ClosedPart> parts = ScanFixture.writeParts(folder, EIGER, 4, List.of());

        publish(ended(1), List.of(new DetectorState(EIGER, parts, 4, List.of())), master);

        String elsewhere = ForeignReader.h5py(
                parts.getFirst().file(), "print(f['" + parts.getFirst().dataPath() + "'][0].sum())");
        assertThat(ForeignReader.h5py(master, "print(f['/1.1/instrument/eiger/data'][0].sum())"))
                .isEqualTo(elsewhere);
    }

    @Test
    void shouldShowSourcesWithOddNames() throws IOException {
        Path odd = Files.createDirectories(scanFolder().resolve("100% %b µ [x]"));
        Path master = scanFolder().resolve("scan 0001 %b.h5");
        List<ClosedPart> parts = ScanFixture.writeParts(odd, EIGER, 6, List.of());

        publish(ended(1), List.of(new DetectorState(EIGER, parts, 6, List.of())), master);

        assertThat(ForeignReader.h5py(master, "print(f['/1.1/measurement/eiger'][:,0,0].tolist())"))
                .isEqualTo("[1, 2, 3, 4, 5, 6]");
    }

    @Test
    void shouldShowOnlyTheFramesThatAPartIsSaidToHave() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        ClosedPart whole =
                ScanFixture.writeParts(scanFolder(), EIGER, 4, List.of()).getFirst();
        ClosedPart shorter = new ClosedPart(whole.file(), whole.dataPath(), 0, 3);

        publish(ended(1), List.of(new DetectorState(EIGER, List.of(shorter), 5, List.of())), master);

        assertThat(ForeignReader.h5py(master, "print(f['/1.1/measurement/eiger'][:,0,0].tolist())"))
                .isEqualTo("[1, 2, 3, 65535, 65535]");
    }

    @Test
    void shouldBeReadThroughALinkToItsFolder() throws IOException {
        writeEndedScan();
        Path link = Files.createSymbolicLink(folder.resolve("elsewhere"), scanFolder());

        assertThat(ForeignReader.h5py(link.resolve("scan0001.h5"), "print(f['/1.1/measurement/eiger'][6,0,0])"))
                .isEqualTo("7");
    }

    @Test
    void shouldReplaceItsOwnMaster() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        List<ClosedPart> parts = ScanFixture.writeParts(scanFolder(), EIGER, 8, List.of());
        for (int closed = 0; closed <= 2; closed++) {
            DetectorState state = new DetectorState(EIGER, parts.subList(0, closed), closed * 4L, List.of());
            publish(ScanFixture.scan(1, RUNNING), List.of(state), master);

            assertThat(ForeignReader.h5py(master, "print(len(f['/1.1/measurement/eiger']))"))
                    .isEqualTo(String.valueOf(closed * 4));
        }
        assertThat(scanFolder().toFile().list())
                .containsExactlyInAnyOrder("eiger_0000.h5", "eiger_0001.h5", "scan0001.h5");
    }

    @Test
    void shouldPlotDetectorsOfOneShapeTogether() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        DetectorDescription second = ScanFixture.detector("frelon", ElementType.U2, List.of(3, 4), 1, 4);
        DetectorDescription other = ScanFixture.detector("basler", ElementType.U1, List.of(2, 2), 1, 4);
        List<DetectorState> detectors = List.of(
                new DetectorState(EIGER, ScanFixture.writeParts(scanFolder(), EIGER, 4, List.of()), 4, List.of()),
                new DetectorState(second, ScanFixture.writeParts(scanFolder(), second, 4, List.of()), 4, List.of()),
                new DetectorState(other, ScanFixture.writeParts(scanFolder(), other, 4, List.of()), 4, List.of()));

        publish(ended(1), detectors, master);

        JsonNode plot = ForeignReader.silxDefault(master).get("default");
        assertThat(plot.get("signal").asText()).isEqualTo("eiger");
        assertThat(plot.get("auxiliary").toString()).isEqualTo("[\"frelon\"]");
        assertThat(plot.get("issues").toString()).isEqualTo("[]");
        assertThat(ForeignReader.dump(master)
                        .get("/1.1/plot2D_2")
                        .get("attrs")
                        .get("signal")
                        .asText())
                .isEqualTo("basler");
    }

    @Test
    void shouldRefuseTwoDetectorsOfOneName() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        List<DetectorState> detectors = List.of(
                new DetectorState(EIGER, List.of(), 0, List.of()), new DetectorState(EIGER, List.of(), 0, List.of()));

        assertThatThrownBy(() -> publish(ended(1), detectors, master)).hasMessageContaining("detectors of one name");
    }

    @Test
    void shouldLeaveNothingOpenAfterAThousandScans() throws IOException {
        for (int scan = 1; scan <= 1000; scan++) {
            Path one = Files.createDirectories(scanFolder().resolve("many" + scan));
            List<ClosedPart> parts = ScanFixture.writeParts(one, MCA, 4, List.of());
            publishVolatile(ended(scan), List.of(new DetectorState(MCA, parts, 4, List.of())), one.resolve("scan.h5"));
        }

        assertThat(Hdf5Library.openObjects()).isZero();
        assertThat(ForeignReader.h5py(
                        scanFolder().resolve("many1000/scan.h5"), "print(f['/1000.1/title'].asstr()[()])"))
                .isEqualTo("ascan samy 0 4 4 0.1");
    }

    private Path writeEndedScan() throws IOException {
        Path master = scanFolder().resolve("scan0001.h5");
        List<DetectorState> detectors = List.of(
                new DetectorState(EIGER, ScanFixture.writeParts(scanFolder(), EIGER, 7, List.of()), 7, List.of()),
                new DetectorState(MCA, ScanFixture.writeParts(scanFolder(), MCA, 7, List.of()), 7, List.of()),
                new DetectorState(DIODE, ScanFixture.writeParts(scanFolder(), DIODE, 10, List.of()), 10, List.of()));
        WrittenMaster written = publish(ended(1), detectors, master);
        assertThat(written.problems()).isEmpty();
        assertThat(written.embedded()).containsExactlyInAnyOrder("mca1:det0", "diode");
        assertThat(Hdf5Library.openObjects()).isZero();
        return master;
    }

    private static WrittenMaster publish(ScanDescription scan, List<DetectorState> detectors, Path master) {
        WrittenMaster written = new ScanMaster(ScanFixture.CLOCK, ScanTemplate.ESRF).write(scan, detectors, master);
        written.publication().publish();
        return written;
    }

    private static void publishVolatile(ScanDescription scan, List<DetectorState> detectors, Path master) {
        new ScanMaster(ScanFixture.CLOCK, ScanTemplate.ESRF)
                .write(scan, detectors, master)
                .publication()
                .publishVolatile();
    }

    private static ScanDescription ended(int number) {
        return ScanFixture.scan(number, ScanProgress.ended(WriterStatus.SUCCEEDED, ScanFixture.END, "SUCCESS"));
    }

    private Path scanFolder() throws IOException {
        return Files.createDirectories(folder.resolve("sample/sample_0001/scan0001"));
    }

    private static String text(JsonNode tree, String path) {
        return tree.get(path).get("value").asText();
    }

    private static String classOf(JsonNode tree, String path) {
        return tree.get(path).get("attrs").get("NX_class").asText();
    }
}
