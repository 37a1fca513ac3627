package org.penstock.daemon.nexus;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.hdf5.LayoutJudge;
import org.penstock.daemon.nexus.template.ScanTemplate;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;

/** Scans of which much is known: the example of src/docs/scan-description.md, a mesh, a tomography. */
class DescribedScanIT {
    private static final int POINTS = 5;
    private static final ScanProgress ENDED = ScanProgress.ended(WriterStatus.SUCCEEDED, ScanFixture.END, "SUCCESS")
            .withRecovery("made anew");

    @TempDir
    private Path folder;

    @BeforeAll
    static void readersMustBeThere() {
        ForeignReader.assumePython("h5py");
        ForeignReader.assumePython("silx");
    }

    @Test
    void shouldShowAllThatIsSaidWhereTheEsrfShowsIt() throws IOException {
        Path master = write(ScanTemplate.ESRF, example(), streams(POINTS), ENDED);

        assertThat(problems(master)).isEmpty();
        JsonNode tree = ForeignReader.dump(master);
        assertThat(text(tree, "/1.1/title")).isEqualTo("ascan samy 0 4 4 0.1");
        assertThat(text(tree, "/1.1/scan_parameters/command")).isEqualTo("ascan(samy, 0, 4, 4, 0.1)");
        assertThat(units(tree, "/1.1/scan_parameters/count_time")).isEqualTo("s");
        assertThat(target(tree, "/1.1/instrument/positioners/samy")).isEqualTo("/1.1/instrument/samy/value");
        assertThat(value(tree, "/1.1/instrument/positioners_start/samy")).isEqualTo("-1.5");
        assertThat(value(tree, "/1.1/instrument/positioners_dial_end/samy")).isEqualTo("8.7");
        assertThat(text(tree, "/1.1/instrument/positioners/shutter")).isEqualTo("OPEN");
        assertThat(value(tree, "/1.1/instrument/samy/value")).isEqualTo("[1.0,2.0,3.0,4.0,5.0]");
        assertThat(units(tree, "/1.1/instrument/samy/value")).isEqualTo("mm");
        assertThat(value(tree, "/1.1/instrument/samz/value")).isEqualTo("[0.0,1.0,2.0,3.0,4.0]");
        assertThat(target(tree, "/1.1/measurement/samy")).isEqualTo("/1.1/instrument/samy/value");
        assertThat(target(tree, "/1.1/measurement/eiger_roi1")).isEqualTo("/1.1/instrument/eiger_roi1/sum");
        assertThat(target(tree, "/1.1/measurement/eiger_roi1_avg")).isEqualTo("/1.1/instrument/eiger_roi1/avg");
        assertThat(target(tree, "/1.1/measurement/mca1_det0_live_time"))
                .isEqualTo("/1.1/instrument/mca1_det0/live_time");
        assertThat(target(tree, "/1.1/instrument/eiger_roi1/data")).isEqualTo("/1.1/instrument/eiger_roi1/sum");
        assertThat(text(tree, "/1.1/instrument/diode1/type")).isEqualTo("samplingcounter");
        assertThat(units(tree, "/1.1/instrument/diode1/data")).isEqualTo("V");
        assertThat(value(tree, "/1.1/instrument/eiger/x_pixel_size")).isEqualTo("7.5E-5");
        assertThat(text(tree, "/1.1/instrument/eiger/description"))
                .as("as the stream says")
                .isEqualTo("Größe µm");
        assertThat(text(tree, "/1.1/instrument/eiger/acq_parameters/acq_mode")).isEqualTo("SINGLE");
        assertThat(nexusClass(tree, "/1.1/instrument/machine")).isEqualTo("NXsource");
        assertThat(text(tree, "/1.1/sample/name")).isEqualTo("lysozyme");
        assertThat(text(tree, "/1.1/user/ORCID")).isEqualTo("0000-0002-1825-0097");
        assertThat(text(tree, "/1.1/notes/note_02/type")).isEqualTo("application/json");
        assertThat(text(tree, "/1.1/notes/note_03/data")).isEqualTo("sample burnt");
        assertThat(nexusClass(tree, "/1.1/workflow")).isEqualTo("NXparameters");
        assertThat(nexusClass(tree, "/1.1/correction/configuration")).isEqualTo("NXnote");
        assertThat(text(tree, "/1.1/recovery/description")).isEqualTo("made anew");
        assertThat(target(tree, "/1.1/plotselect")).isEqualTo("/1.1/roi");
        assertThat(tree.get("/1.1/roi").get("attrs").get("axes").toString()).isEqualTo("[\"samy\"]");
        assertThat(ForeignReader.silxDefault(master)
                        .get("default")
                        .get("signal")
                        .asText())
                .isEqualTo("eiger_roi1");
        assertThat(Hdf5Library.openObjects()).isZero();
    }

    @Test
    void shouldBeJudgedByAJudgeThatSees() throws IOException {
        Path master = write(ScanTemplate.ESRF, example(), streams(POINTS), ENDED);
        Path script = Path.of(System.getProperty("penstock.root"), "src", "it", "spoil_masters.py");

        assertThat(ForeignReader.script(script, master.toString())).isEqualTo("23 []");
    }

    /** An open scan, one whose detectors are at different points, and one that has ended with frames missing. */
    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void shouldBeValidWhileTheScanRuns(int points) throws IOException {
        ScanProgress progress = ScanProgress.running(WriterStatus.RUNNING, ScanFixture.START);
        List<DetectorState> streams = new ArrayList<>(streams(points));
        // a motor that is a point ahead is no axis of what was measured
        streams.set(0, new DetectorState(streams.getFirst().description(), List.of(), points + 1, List.of()));

        assertThat(problems(write(ScanTemplate.ESRF, example(), streams, progress)))
                .isEmpty();
    }

    @Test
    void shouldBeValidWithoutAnyStream() throws IOException {
        ScanProgress progress = ScanProgress.running(WriterStatus.STARTING, ScanFixture.START);

        assertThat(problems(write(ScanTemplate.ESRF, example(), List.of(), progress)))
                .isEmpty();
        assertThat(problems(write(ScanTemplate.ESRF, ScanMetadata.EMPTY, List.of(), progress)))
                .isEmpty();
    }

    @Test
    void shouldBeValidWhenNothingIsKnown() throws IOException {
        Path master = write(ScanTemplate.ESRF, ScanMetadata.EMPTY, streams(POINTS), ENDED);

        assertThat(problems(master)).isEmpty();
        assertThat(ForeignReader.dump(master).has("/1.1/instrument/positioners"))
                .isFalse();
    }

    @Test
    void shouldKeepTheChecksumsOfColumns() throws IOException {
        Path master = write(ScanTemplate.ESRF, example(), streams(POINTS), ENDED);

        JsonNode integrity = ForeignReader.integrity(master);
        assertThat(integrity.size()).isEqualTo(6);
        assertThat(integrity.get("/1.1/instrument/eiger_roi1/avg").get("frames").asInt())
                .isEqualTo(POINTS);
        assertThat(integrity.get("/1.1/instrument/samy/value").get("bad_frames").size())
                .isZero();
    }

    @Test
    void shouldShowPointsInTheirGrid() throws IOException {
        ScanMetadata mesh = metadata("""
                {"positioners": {"sy": {"units": "mm", "stream": "sy"}, "sz": {"units": "um", "values": [1, 1, 1, 2, 2, 2]}},
                 "grid": {"shape": [2, 3], "axes": ["sz", "sy"]},
                 "plots": [{"name": "map", "signal": "diode", "auxiliary_signals": ["other"], "grid": true},
                           {"name": "maps", "signal": "mca", "grid": true}, {"name": "images", "signal": "eiger", "grid": true},
                           {"name": "points", "signal": "diode"}]}
                """);
        List<DetectorState> streams = List.of(
                state("sy", ElementType.F8, List.of(), 6),
                state("diode", ElementType.F8, List.of(), 6),
                state("other", ElementType.F8, List.of(), 6),
                state("mca", ElementType.U4, List.of(8), 6),
                state("eiger", ElementType.U2, List.of(3, 4), 6));

        Path master = write(ScanTemplate.ESRF, mesh, streams, ENDED);

        assertThat(problems(master)).isEmpty();
        assertThat(
                        ForeignReader.h5py(
                                master,
                                "print(f['/1.1/map/diode'][()].tolist(), f['/1.1/map/sz'][()].tolist(), f['/1.1/map/sy'][()].tolist())"))
                .isEqualTo("[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]] [1.0, 2.0] [1.0, 2.0, 3.0]");
        assertThat(
                        ForeignReader.h5py(
                                master,
                                "print(f['/1.1/images/eiger'].shape, f['/1.1/images/eiger'][1, 2, 0, 0], f['/1.1/maps/mca'][1, 0, 7])"))
                .isEqualTo("(2, 3, 3, 4) 6 4");
        assertThat(ForeignReader.h5py(
                        master, "print(list(f['/1.1/map'].attrs['axes']), list(f['/1.1/points'].attrs['axes']))"))
                .isEqualTo("['sz', 'sy'] ['sy', 'sz']");
        assertThat(ForeignReader.silxDefault(master)
                        .get("default")
                        .get("is_image")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void shouldScatterPointsOfASnake() throws IOException {
        ScanMetadata mesh = metadata("""
                {"positioners": {"sy": {"stream": "sy"}, "sz": {"values": [1, 1, 1, 2, 2, 2]}},
                 "grid": {"shape": [2, 3], "axes": ["sz", "sy"], "snake": true}, "plots": [{"name": "map", "signal": "diode", "grid": true}]}
                """);
        List<DetectorState> streams =
                List.of(state("sy", ElementType.F8, List.of(), 6), state("diode", ElementType.F8, List.of(), 6));

        Path master = write(ScanTemplate.ESRF, mesh, streams, ENDED);

        assertThat(problems(master)).isEmpty();
        assertThat(ForeignReader.h5py(master, "print(list(f['/1.1/map'].attrs['axes']), f['/1.1/map/diode'].shape)"))
                .isEqualTo("['sy', 'sz'] (6,)");
    }

    @Test
    void shouldSayOfWhichDetectorNotAllFramesWereStored() throws IOException {
        DetectorDescription all = ScanFixture.detector("eiger", ElementType.U2, List.of(3, 4), 1, 8);
        DetectorDescription thinned = new DetectorDescription(
                all.name(), all.type(), all.frameShape(), all.storage(), all.groups(), all.fields(), PerFrame.NONE, 10);
        List<DetectorState> streams = List.of(new DetectorState(
                thinned, ScanFixture.writeParts(folder, thinned, POINTS, List.of()), POINTS, List.of()));

        Path master = write(ScanTemplate.ESRF, ScanMetadata.EMPTY, streams, ENDED);

        assertThat(problems(master)).isEmpty();
        JsonNode tree = ForeignReader.dump(master);
        assertThat(text(tree, "/1.1/selection/configuration/data"))
                .isEqualTo("[{\"detector\":\"eiger\",\"every\":10}]");
        assertThat(value(tree, "/1.1/selection/sequence_index")).isEqualTo("1");
        assertThat(value(tree, "/1.1/recovery/sequence_index")).isEqualTo("2");
    }

    @Test
    void shouldShowATomographyByItsDefinition() throws IOException {
        ScanMetadata tomography = metadata("""
                {"positioners": {"srot": {"units": "deg", "values": [0, 0, 0, 90, 180]}},
                 "application_definitions": {"NXtomo": {"detector": "eiger", "rotation": "srot", "image_key": [2, 1, 0, 0, 0]}}}
                """);

        Path master = write(
                ScanTemplate.ESRF, tomography, List.of(state("eiger", ElementType.U2, List.of(3, 4), POINTS)), ENDED);

        assertThat(problems(master)).isEmpty();
        JsonNode tree = ForeignReader.dump(master);
        assertThat(value(tree, "/1.1/tomo/instrument/detector/image_key")).isEqualTo("[2,1,0,0,0]");
        assertThat(target(tree, "/1.1/tomo/sample/rotation_angle")).isEqualTo("/1.1/instrument/srot/value");
        assertThat(value(tree, "/1.1/tomo/instrument/detector/x_pixel_size"))
                .as("as the stream says")
                .isEqualTo("7.5E-5");
    }

    /** One key for each image, whatever was said of how many. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                            | [0, 0, 0, 0, 0] True |",
                "'image_key': [2, 1, 0, 0, 0], | [2, 1, 0, 0, 0] True |",
                "'image_key': [2, 1, 0, 0, 0, 3, 3], | [2, 1, 0, 0, 0] True | keys=7, images=5; the first are shown",
                "'image_key': [2, 1],         | None False | keys=2, images=5; none is shown",
                "'image_key': 'keys',         | None False | keys=3, images=5; none is shown"
            })
    void shouldHaveAKeyForEachImage(String key, String expected, String remark) throws IOException {
        Path master = folder.resolve("scan0001.h5");
        String said = """
                {'positioners': {'srot': {'units': 'deg', 'values': [0, 0, 0, 90, 180]}},
                 'application_definitions': {'NXtomo': {%s 'detector': 'eiger', 'rotation': 'srot'}}}
                """.formatted(key == null ? "" : key).replace('\'', '"');

        WrittenMaster written = new ScanMaster(ScanFixture.CLOCK, ScanTemplate.ESRF)
                .write(
                        scan(metadata(said), ENDED),
                        List.of(
                                state("eiger", ElementType.U2, List.of(2, 3, 4), POINTS),
                                state("keys", ElementType.I4, List.of(), 3)),
                        master);
        written.publication().publish();

        assertThat(ForeignReader.h5py(
                        master,
                        "k = f['1.1/tomo/instrument/detector'].get('image_key');"
                                + " print(None if k is None else k[()].tolist(), 'image_key' in f['1.1/tomo/data'])"))
                .isEqualTo(expected);
        assertThat(ForeignReader.h5py(
                        master, "d = f['1.1/tomo/data']; print(d['data'].ndim, d.attrs['axes'].tolist())"))
                .as("axes of images of three dimensions")
                .isEqualTo("4 ['rotation_angle', '.', '.', '.']");
        assertThat(String.join(" ", written.remarks())).contains(remark == null ? "" : remark);
    }

    /** Whatever was said: every stream has a place. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'channels': {'b': {'detector': 'a'}}}                                   | a b   | stream=b, group=b, described as a/data",
                "{'channels': {'b': {'detector': 'a'}}, 'sample': {'order': 2}}           | a a_2 | stream=a, group=a_2, described as a/data",
                "{'positioners': {'a': {'values': [1, 2]}}}                               | a a_2 b | stream=a, group=a_2, described as a/data",
                "{'positioners': {'a': {'stream': 'b'}}}                                  | a a_2 | stream=a, group=a_2, described as a/data"
            })
    void shouldShowStreamsThatShareAPlace(String json, String names, String remark) throws IOException {
        ScanMetadata metadata = metadata(json.replace('\'', '"'));
        List<DetectorState> streams = new ArrayList<>(
                List.of(state("a", ElementType.F8, List.of(), 2), state("b", ElementType.F8, List.of(), 2)));
        if (json.contains("order")) {
            Collections.reverse(streams);
        }

        WrittenMaster written = new ScanMaster(ScanFixture.CLOCK, ScanTemplate.ESRF)
                .write(scan(metadata, ENDED), streams, folder.resolve("scan0001.h5"));
        written.publication().publish();

        assertThat(written.remarks()).singleElement().asString().contains(remark);
        assertThat(written.embedded()).containsExactlyInAnyOrder("a", "b");
        assertThat(ForeignReader.h5py(folder.resolve("scan0001.h5"), "print(*sorted(f['/1.1/measurement']))"))
                .isEqualTo(names);
        assertThat(problems(folder.resolve("scan0001.h5"))).isEmpty();
    }

    /** No name that a detector can have costs its frames. */
    @ParameterizedTest
    @CsvSource({
        "esrf, positioners, /1.1, positioners_2, /1.1/instrument/positioners_2",
        "esrf, positioners_start, /1.1, positioners_start_2, /1.1/instrument/positioners_start_2",
        "nxscan, pre_scan_snapshot, /entry1, pre_scan_snapshot_2, /entry1/instrument/pre_scan_snapshot_2"
    })
    void shouldShowAStreamOfANameThatTheLayoutHas(
            String template, String detector, String entry, String name, String group) throws IOException {
        Path master = folder.resolve("scan0001.h5");

        WrittenMaster written = new ScanMaster(ScanFixture.CLOCK, ScanTemplate.load(template))
                .write(
                        scan(metadata("{'positioners': {'samy': {'start': 1.5}}}".replace('\'', '"')), ENDED),
                        List.of(state(detector, ElementType.U2, List.of(3, 4), POINTS)),
                        master);
        written.publication().publish();

        assertThat(written.remarks()).singleElement().asString().contains("stream=" + detector, "group=" + name);
        assertThat(ForeignReader.h5py(
                        master,
                        "d = f['%s/data']; print(d.shape, f['%s/measurement/%s'] == d, f['%s/local_name'].asstr()[()])"
                                .formatted(group, entry, name, group)))
                .isEqualTo("(5, 3, 4) True " + detector);
    }

    @Test
    void shouldShowAPositionerOfANameThatTheLayoutHas() throws IOException {
        ScanMetadata metadata =
                metadata("{\"positioners\": {\"pre_scan_snapshot\": {\"stream\": \"mot\", \"start\": 3}}}");
        Path master = folder.resolve("scan0001.h5");

        WrittenMaster written = new ScanMaster(ScanFixture.CLOCK, ScanTemplate.load("nxscan"))
                .write(scan(metadata, ENDED), List.of(state("mot", ElementType.F8, List.of(), 2)), master);
        written.publication().publish();

        assertThat(written.remarks()).singleElement().asString().contains("group=pre_scan_snapshot_2");
        assertThat(
                        ForeignReader.h5py(
                                master,
                                "m = f['entry1/measurement']\n"
                                        + "print(m['pre_scan_snapshot_2'][()].tolist(), m['pre_scan_snapshot/pre_scan_snapshot'][()])"))
                .isEqualTo("[1.0, 2.0] 3.0");
    }

    /** A template is data: another one puts the same scan elsewhere. */
    @Test
    void shouldBeLaidOutAsSardanaDoes() throws IOException {
        Path master = write(ScanTemplate.load("nxscan"), example(), streams(POINTS), ENDED);

        JsonNode tree = ForeignReader.dump(master);
        assertThat(text(tree, "/entry1/definition")).isEqualTo("NXscan");
        assertThat(value(tree, "/entry1/measurement/diode1")).isEqualTo("[1.0,2.0,3.0,4.0,5.0]");
        assertThat(value(tree, "/entry1/measurement/samy")).isEqualTo("[1.0,2.0,3.0,4.0,5.0]");
        assertThat(value(tree, "/entry1/measurement/pre_scan_snapshot/samy")).isEqualTo("-1.5");
        assertThat(target(tree, "/entry1/instrument/diode1/data")).isEqualTo("/entry1/measurement/diode1");
        assertThat(target(tree, "/entry1/instrument/samy/value")).isEqualTo("/entry1/measurement/samy");
        assertThat(text(tree, "/entry1/instrument/eiger/acq_parameters/acq_mode"))
                .isEqualTo("SINGLE");
        assertThat(tree.get("/").get("attrs").get("default").asText()).isEqualTo("entry1");
        assertThat(ForeignReader.integrity(master)
                        .get("/entry1/instrument/diode1")
                        .get("bad_frames")
                        .size())
                .isZero();
        JsonNode plot = ForeignReader.silxDefault(master).get("default");
        assertThat(plot.get("signal").asText()).isEqualTo("eiger_roi1");
        assertThat(plot.get("issues").size()).isZero();
        assertThat(tree.findValuesAsText("resolves")).doesNotContain("false");
    }

    @Test
    void shouldBeLaidOutAsABeamlineLikesIt() throws IOException {
        Path template = Files.writeString(folder.resolve("own.yaml"), """
                entry: "scan_{number}"
                tree:
                  "@NX_class": NXentry
                  what: "{title} of {sample}, {proposal}"
                  end_time: "{end_time}"
                  devices:
                    "@NX_class": NXinstrument
                    $detectors: data
                    $movers: data
                  everything: {"@NX_class": NXcollection, $measurement: links}
                  first: "-> everything/eiger"
                """);

        Path master = write(ScanTemplate.load(template.toString()), example(), streams(POINTS), ENDED);

        JsonNode tree = ForeignReader.dump(master);
        assertThat(text(tree, "/scan_1/what")).isEqualTo("ascan samy 0 4 4 0.1 of lysozyme, hg123");
        assertThat(target(tree, "/scan_1/everything/samy")).isEqualTo("/scan_1/devices/samy/value");
        assertThat(ForeignReader.h5py(master, "print(f['/scan_1/first'][4, 0, 0])"))
                .isEqualTo("5");
        assertThat(tree.has("/scan_1/instrument")).isFalse();
    }

    private List<DetectorState> streams(int points) {
        return List.of(
                state("samy", ElementType.F8, List.of(), points),
                state("diode1", ElementType.F8, List.of(), points),
                state("eiger_roi1_sum", ElementType.F8, List.of(), points),
                state("eiger_roi1_avg", ElementType.F4, List.of(), points),
                state("mca1_det0", ElementType.U4, List.of(8), points),
                state("mca1_live", ElementType.F8, List.of(), points),
                state("eiger", ElementType.U2, List.of(3, 4), points));
    }

    private DetectorState state(String name, ElementType type, List<Integer> shape, int points) {
        int chunk = shape.size() > 1 ? 1 : 4;
        DetectorDescription detector = ScanFixture.detector(name, type, shape, chunk, 8);
        List<ClosedPart> parts = points == 0
                ? List.of()
                : ScanFixture.writeParts(folder, detector, points, List.of(), Checksum.Kind.CRC32);
        return new DetectorState(detector, parts, points, List.of());
    }

    private Path write(
            ScanTemplate template, ScanMetadata metadata, List<DetectorState> streams, ScanProgress progress) {
        Path master = folder.resolve("scan0001.h5");
        WrittenMaster written =
                new ScanMaster(ScanFixture.CLOCK, template).write(scan(metadata, progress), streams, master);
        written.publication().publish();
        assertThat(written.problems()).isEmpty();
        return master;
    }

    private static ScanDescription scan(ScanMetadata metadata, ScanProgress progress) {
        ScanIdentity identity = new ScanIdentity("hg123", "id00", "20261101", "sample", "0001", 1);
        return new ScanDescription(identity, "untitled", ScanFixture.START, "ESRF-ID00", progress, metadata);
    }

    private static List<String> problems(Path master) {
        try (LayoutJudge judge = new LayoutJudge()) {
            return judge.problems(master);
        }
    }

    private static ScanMetadata example() throws IOException {
        Path page = Path.of(System.getProperty("penstock.root"), "src", "docs", "scan-description.md");
        List<JsonNode> examples = new ArrayList<>();
        for (var example : Pattern.compile("```json\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(page))
                .results()
                .toList()) {
            examples.add(new JsonMapper().readTree(example.group(1)));
        }
        return ScanMetadata.of(examples.get(0)).merge(examples.get(1));
    }

    private static ScanMetadata metadata(String json) throws IOException {
        return ScanMetadata.of(new JsonMapper().readTree(json));
    }

    private static String text(JsonNode tree, String path) {
        assertThat(tree.has(path)).as(path).isTrue();
        return tree.get(path).get("value").asText();
    }

    private static String value(JsonNode tree, String path) {
        assertThat(tree.has(path)).as(path).isTrue();
        return tree.get(path).get("value").toString();
    }

    private static String target(JsonNode tree, String path) {
        assertThat(tree.has(path)).as(path).isTrue();
        return tree.get(path).get("target").asText();
    }

    private static String units(JsonNode tree, String path) {
        return tree.get(path).get("attrs").get("units").asText();
    }

    private static String nexusClass(JsonNode tree, String path) {
        return tree.get(path).get("attrs").get("NX_class").asText();
    }
}
