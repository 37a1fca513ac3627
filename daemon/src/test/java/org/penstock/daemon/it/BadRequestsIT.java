package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.MessageKind;
import org.penstock.protocol.OpenStream;

/** Requests that are refused: by code, naming the key, what was expected and what came; and nothing is left of them on disk. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BadRequestsIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 20L, 30L);
    private static final OpenStream GOOD = FRAMES.request("bad", 10L);
    private static final String LONG = "x".repeat(128);

    @TempDir
    private Path dataDir;

    private TestDaemon daemon;
    private HealthyStream healthy;

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    @BeforeEach
    void begin() throws Exception {
        daemon = TestDaemon.start(dataDir, "limits: {frame_bytes: 1 MiB}");
        healthy = HealthyStream.begin(daemon);
        Path dataset = healthy.datasetFile();
        String proposal = dataDir.relativize(dataset).getName(0).toString();
        Path last = dataset.resolve("../../../" + proposal + "_id00.h5").normalize();
        Await.until("the healthy stream's masters are all there", () -> Files.exists(last));
    }

    @AfterEach
    void healthyStreamMustBeWhole() throws Exception {
        try {
            healthy.finish();
        } finally {
            healthy.close();
            daemon.close();
        }
    }

    static Stream<Arguments> badValues() {
        return Stream.of(
                value("shape", List.of(0, 5), ErrorCode.BAD_SHAPE, "[0, 5]"),
                value("shape", List.of(-1), ErrorCode.BAD_SHAPE, "[-1]"),
                value("shape", List.of(1 << 30, 1 << 30, 1 << 30), ErrorCode.BAD_SHAPE, "limits.frame_bytes=1048576"),
                value("shape", List.of(1L << 40), ErrorCode.BAD_SHAPE, "1099511627776"),
                value("shape", List.of(1024, 1024), ErrorCode.BAD_SHAPE, "frameBytes=2097152"),
                value("shape", List.of(1, 2, 3, 4), ErrorCode.BAD_SHAPE, "0 to 3 dimensions"),
                value("shape", 5, ErrorCode.JSON, "shape"),
                value("shape", null, ErrorCode.JSON, "key=shape"),
                value("dtype", "u3", ErrorCode.BAD_DTYPE, "actual=u3"),
                value("dtype", null, ErrorCode.JSON, "key=dtype"),
                value("encoding", "jpeg", ErrorCode.UNSUPPORTED, "actual=jpeg"),
                value(
                        "codec",
                        "gzip:0",
                        ErrorCode.BAD_VALUE,
                        "key=codec, unknown codec: codec=gzip:0, level=0, expected=1 to 9"),
                value("ack", "maybe", ErrorCode.BAD_VALUE, "actual=maybe"),
                value("overflow", "burst", ErrorCode.BAD_VALUE, "actual=burst"),
                value("clock", "sundial", ErrorCode.BAD_VALUE, "actual=sundial"),
                value("frames", 0, ErrorCode.BAD_VALUE, "actual=0"),
                value("frames", -3, ErrorCode.BAD_VALUE, "actual=-3"),
                value("frames", 1L << 40, ErrorCode.BAD_VALUE, "actual=1099511627776"),
                value("frames", "ten", ErrorCode.JSON, "frames"),
                value("every", 0, ErrorCode.BAD_VALUE, "actual=0"),
                value("frames_per_file", 0, ErrorCode.BAD_VALUE, "actual=0"),
                value("connections", 0, ErrorCode.BAD_VALUE, "actual=0"),
                value("connections", 1000, ErrorCode.BAD_VALUE, "1 to 64"),
                value("colour", "red", ErrorCode.JSON, "key=colour"),
                value("scan", List.of(), ErrorCode.JSON, "scan"),
                value("scan", Map.of("colour", "red"), ErrorCode.JSON, "scan.colour"),
                value("scan", Map.of("number", 0), ErrorCode.BAD_VALUE, "scan.number"),
                value("scan", Map.of("number", 1), ErrorCode.EXISTS, "scan0001"),
                value("scan", Map.of("streams", 0), ErrorCode.BAD_VALUE, "scan.streams"),
                value("scan", Map.of("start_time", "yesterday"), ErrorCode.BAD_VALUE, "yesterday"),
                value("scan", Map.of("join", "nobody"), ErrorCode.UNKNOWN_SCAN, "nobody"),
                value("detector_info", Map.of("data", 1), ErrorCode.BAD_NAME, "data"),
                value("detector_info", Map.of("gain", Map.of("value", Map.of())), ErrorCode.BAD_VALUE, "gain"),
                value("lima", Map.of("index_format", "%s"), ErrorCode.BAD_VALUE, "actual=%s"),
                value("lima", Map.of("index_format", "%99999999d"), ErrorCode.BAD_VALUE, "lima.index_format"),
                value("lima", Map.of("next_number", -1), ErrorCode.BAD_VALUE, "lima.next_number"),
                value("lima", Map.of("master", "perhaps"), ErrorCode.BAD_VALUE, "lima.master"));
    }

    static Stream<Arguments> badNames() {
        return Stream.of(
                value("detector", "", ErrorCode.BAD_NAME, "key=detector"),
                value("detector", "a/b", ErrorCode.BAD_NAME, "a/b"),
                value("detector", "..", ErrorCode.BAD_NAME, ".."),
                value("detector", "a..b", ErrorCode.BAD_NAME, "a..b"),
                value("detector", ".hidden", ErrorCode.BAD_NAME, ".hidden"),
                value("detector", "a\0b", ErrorCode.BAD_NAME, "a?b"),
                value("detector", "a\n", ErrorCode.BAD_NAME, "key=detector"),
                value("detector", "détecteur", ErrorCode.BAD_NAME, "key=detector"),
                value("detector", LONG + "x", ErrorCode.BAD_NAME, "1 to 128"),
                value("scan", Map.of("proposal", "../hg123"), ErrorCode.BAD_NAME, "scan.proposal"),
                value("scan", Map.of("beamline", "id/19"), ErrorCode.BAD_NAME, "scan.beamline"),
                value("scan", Map.of("session", ".."), ErrorCode.BAD_NAME, "scan.session"),
                value("scan", Map.of("sample", "a\0b"), ErrorCode.BAD_NAME, "scan.sample"),
                value("scan", Map.of("dataset", ".x"), ErrorCode.BAD_NAME, "scan.dataset"),
                value("scan", Map.of("sample", LONG, "dataset", LONG), ErrorCode.BAD_NAME, "too long once composed"),
                value("lima", Map.of("prefix", "../x"), ErrorCode.BAD_NAME, "lima.prefix"),
                value("lima", Map.of("directory", "../out", "master", "none"), ErrorCode.BAD_NAME, "lima.directory"),
                value("lima", Map.of("directory", "a/../b", "master", "none"), ErrorCode.BAD_NAME, "lima.directory"),
                value("lima", Map.of("directory", "/tmp", "master", "none"), ErrorCode.BAD_NAME, "lima.directory"),
                value("lima", Map.of("directory", "a//b", "master", "none"), ErrorCode.BAD_NAME, "lima.directory"));
    }

    private static Arguments value(String key, Object value, ErrorCode code, String word) {
        Map<String, Object> keys = new HashMap<>();
        keys.put(key, value);
        return Arguments.of(keys, code, word);
    }

    @ParameterizedTest(name = "{index} {1} {2}")
    @MethodSource({"badValues", "badNames"})
    void shouldRefuse(Map<String, Object> keys, ErrorCode code, String word) throws Exception {
        List<Path> before = everything();

        assertThat(refusal(Requests.text(GOOD, keys), code)).contains(word);

        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void shouldRefuseASecondDetectorOfOneName() throws Exception {
        OpenStream two = Requests.with(GOOD, Map.of("scan", Map.of("streams", 2)));
        try (RawClient first = RawClient.greeted(daemon, Checksum.Kind.NONE)) {
            String scan = first.open(two).scan();

            String second = Requests.text(GOOD, Map.of("scan", Map.of("join", scan)));
            assertThat(refusal(second, ErrorCode.DUPLICATE_DETECTOR)).contains("actual=bad");
            first.ping();
        }
    }

    @Test
    void shouldNotFollowALinkOutOfTheDataDirectory(@TempDir Path elsewhere) throws Exception {
        Files.createSymbolicLink(dataDir.resolve("hg123"), elsewhere);
        Files.createSymbolicLink(dataDir.resolve("hg124"), elsewhere.resolve("not-there"));

        String proposal = Requests.text(GOOD, Map.of("scan", Map.of("proposal", "hg123")));
        assertThat(refusal(proposal, ErrorCode.BAD_NAME)).contains("leads out of the data directory");
        String directory = Requests.text(GOOD, Map.of("lima", Map.of("directory", "hg123/x", "master", "none")));
        assertThat(refusal(directory, ErrorCode.BAD_NAME)).contains("leads out of the data directory");
        String dangling = Requests.text(GOOD, Map.of("scan", Map.of("proposal", "hg124")));
        try (RawClient client = RawClient.greeted(daemon, Checksum.Kind.NONE)) {
            client.send(MessageKind.OPEN_STREAM, dangling);
            assertThat(client.expect(MessageKind.ERROR).json().get("fatal").asBoolean())
                    .isTrue();
        }
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void shouldNotTouchADatasetFileOfAnotherProgram() throws Exception {
        Path folder = Files.createDirectories(dataDir.resolve("hg9/id00/20260101/RAW_DATA/s/s_0001"));
        Path foreign = folder.resolve("s_0001.h5");
        ForeignReader.python(
                "import h5py, sys\nwith h5py.File(sys.argv[1], 'w') as f: f.attrs['creator'] = 'Bliss'; f['x'] = 1",
                foreign.toString());
        byte[] before = Files.readAllBytes(foreign);

        String request =
                Requests.text(GOOD, Map.of("scan", Map.of("proposal", "hg9", "session", "20260101", "sample", "s")));
        assertThat(refusal(request, ErrorCode.STORAGE)).contains("another program", "creator=Bliss", "s_0001.h5");

        assertThat(Files.readAllBytes(foreign)).isEqualTo(before);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(foreign);
        }
    }

    private String refusal(String request, ErrorCode code) throws Exception {
        try (RawClient client = RawClient.greeted(daemon, Checksum.Kind.NONE)) {
            client.send(MessageKind.OPEN_STREAM, request);
            return client.fatal(code);
        }
    }

    private List<Path> everything() throws Exception {
        try (Stream<Path> files = Files.walk(dataDir)) {
            return files.filter(file -> !file.toString().contains(".tmp-"))
                    .sorted()
                    .toList();
        }
    }
}
