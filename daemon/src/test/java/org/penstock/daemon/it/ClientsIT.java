package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.source.Numpy;

/** The Python and the C client against a daemon; h5py reads what came of it. */
class ClientsIT {
    private static final List<String> WARNINGS =
            List.of("-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror");
    private static final List<String> SANITIZERS =
            List.of("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all");
    private static final Path CLIENTS = Path.of(System.getProperty("penstock.root", ".."), "protocol", "clients")
            .toAbsolutePath()
            .normalize();

    /** What every Python test begins with. */
    private static final String CLIENT = """
            import json, sys, threading
            sys.path.insert(0, 'CLIENTS')
            sys.dont_write_bytecode = True
            import penstock_client
            ADDRESS = 'DAEMON'
            def written(stream, entry, detector):
                with h5py.File(stream.report['dataset_file'], 'r') as f:
                    return f[entry + '/measurement/' + detector][()]
            """;

    @TempDir
    private Path folder;

    private TestDaemon daemon;

    @BeforeEach
    void start() {
        daemon = TestDaemon.start(folder.resolve("data"));
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void shouldStreamImagesAndCountersFromPython() throws Exception {
        String printed = python("""
                images = numpy.random.default_rng(0).integers(0, 100, (20, 30, 40), dtype='u2')
                with penstock_client.open(ADDRESS, 'eiger', images.dtype, (30, 40), frames=20, sample='a') as stream:
                    for image in images:
                        stream.send(image)
                print(stream.report['state'], stream.written_below, stream.is_written(19), stream.is_written(20))
                print((written(stream, '1.1', 'eiger') == images).all())
                with penstock_client.open(ADDRESS, 'diode', 'f8', (), sample='a') as stream:
                    for i in range(100):
                        stream.send(i / 2)
                print((written(stream, '2.1', 'diode') == numpy.arange(100) / 2).all())
                """);

        assertThat(printed).isEqualTo("complete 20 True False\nTrue\nTrue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"crc32", "none"})
    void shouldStreamOverSeveralConnectionsFromPythonThreads(String checksum) throws Exception {
        String printed = python("""
                images = numpy.random.default_rng(0).integers(0, 100, (60, 300, 400), dtype='i4')
                with penstock_client.open(ADDRESS, 'e', 'i4', (300, 400), connections=3, sample='a', checksum='%s') as s:
                    def send(first):
                        for i in range(first, 60, 3):
                            s.send(images[i], index=i)
                    threads = [threading.Thread(target=send, args=(k,)) for k in range(3)]
                    for t in threads: t.start()
                    for t in threads: t.join()
                print(s.report['state'], s.report['frames_written'], (written(s, '1.1', 'e') == images).all())
                """.replace("%s", checksum));

        assertThat(printed).isEqualTo("complete 60 True");
    }

    /** The bytes are made by h5py and the C filters. */
    @Test
    void shouldSendEncodedFramesFromPython() throws Exception {
        String printed = python("""
                images = numpy.random.default_rng(0).integers(0, 9, (20, 30, 40), dtype='u4')
                def encoded(image):
                    with h5py.File('scratch', 'w', driver='core', backing_store=False) as f:
                        d = f.create_dataset('d', image.shape, image.dtype, chunks=image.shape, **hdf5plugin.Bitshuffle())
                        d[()] = image
                        return d.id.read_direct_chunk((0, 0))[1]
                with penstock_client.open(ADDRESS, 'eiger', images.dtype, (30, 40), encoding='bslz4', sample='a') as s:
                    for image in images[:19]:
                        s.send_encoded(encoded(image))
                    s.send(images[19])
                print(s.report['state'], (written(s, '1.1', 'eiger') == images).all())
                with penstock_client.open(ADDRESS, 'eiger', 'u4', (30, 40), encoding='bslz4', sample='a') as s:
                    s.send_encoded(encoded(images[0]))
                    s.send_encoded(b'no such chunk')
                print(s.report['state'], s.report['refused'], s.errors[0].code, s.errors[0].frame)
                """);

        assertThat(printed).isEqualTo("complete True\nincomplete [[1, 1]] payload_format 1");
    }

    @Test
    void shouldSendEncodedFramesFromC() throws Exception {
        python("""
                image = numpy.random.default_rng(0).integers(0, 9, (30, 40), dtype='u4')
                image.tofile('image.raw')
                with h5py.File('scratch.h5', 'w') as f:
                    d = f.create_dataset('d', image.shape, image.dtype, chunks=image.shape, **hdf5plugin.Bitshuffle())
                    d[()] = image
                    open('image.bslz4', 'wb').write(d.id.read_direct_chunk((0, 0))[1])
                """);
        Files.writeString(folder.resolve("encoded.c"), """
                #define PENSTOCK_IMPLEMENTATION
                #include "penstock.h"
                int main(int argc, char **argv) {
                    static unsigned char chunk[16384];
                    penstock_options options = PENSTOCK_OPTIONS_INIT;
                    penstock_stream s;
                    penstock_report report;
                    FILE *file = argc < 3 ? NULL : fopen(argv[2], "rb");
                    size_t bytes;
                    if (file == NULL) return 1;
                    bytes = fread(chunk, 1, sizeof chunk, file);
                    fclose(file);
                    options.detector = "tiny"; options.dtype = "u4"; options.ndim = 2;
                    options.shape[0] = 30; options.shape[1] = 40; options.sample = "c";
                    options.encoding = "bslz4"; options.codec = "bslz4";
                    if (penstock_open(&s, argv[1], &options) != 0
                        || penstock_send_encoded(&s, 0, 0, "bslz4", chunk, bytes) != 0
                        || penstock_end(&s, 1, &report) != 0) return 2;
                    printf("%s %d %s\\n", report.state, (int)(report.bytes_stored == bytes), s.dataset_file);
                    penstock_close(&s);
                    return 0;
                }
                """);
        List<String> command = new ArrayList<>(
                List.of("gcc", "-std=c99", "-I", CLIENTS.resolve("c").toString()));
        command.addAll(WARNINGS);
        command.addAll(SANITIZERS);
        command.addAll(List.of("-o", "encoded", "encoded.c"));
        assumeInstalled("gcc");
        assertThat(run(command.toArray(String[]::new))).isEmpty();

        String said = run(folder.resolve("encoded").toString(), address(), "image.bslz4")
                .getFirst();

        assertThat(said).startsWith("complete 1 ");
        assertThat(python("print((h5py.File('" + said.substring("complete 1 ".length())
                        + "')['1.1/measurement/tiny'][0] == numpy.fromfile('image.raw', 'u4').reshape(30, 40)).all())"))
                .isEqualTo("True");
    }

    @ParameterizedTest
    @EnumSource(CutProxy.Ending.class)
    void shouldComeBackFromPythonAfterCutsOfEveryKind(CutProxy.Ending ending) throws Exception {
        int cuts = ending == CutProxy.Ending.BLACK_HOLE ? 1 : 4;
        try (CutProxy proxy = CutProxy.before(
                daemon.address(),
                connection -> connection < cuts ? CutProxy.Fault.after(1_300_000, ending) : CutProxy.Fault.NONE)) {
            String printed = python(proxy.address(), """
                    penstock_client._SILENCE_S = 0.5
                    images = numpy.random.default_rng(0).integers(0, 100, (40, 300, 400), dtype='u2')
                    with penstock_client.open(ADDRESS, 'e', 'u2', (300, 400), frames=40, sample='a', retry=30) as s:
                        for image in images:
                            s.send(image)
                    print(s.report['state'], s.report['frames_written'], s.resumed == %d, s.frames_acknowledged)
                    print((written(s, '1.1', 'e') == images).all(), s.errors)
                    """.formatted(cuts));

            assertThat(printed).isEqualTo("complete 40 True 40\nTrue []");
        }
    }

    @Test
    void shouldComeBackFromPythonOverSeveralConnections() throws Exception {
        try (CutProxy proxy = CutProxy.before(
                daemon.address(),
                connection -> connection % 2 == 0 && connection < 6
                        ? CutProxy.Fault.after(900_000, CutProxy.Ending.RESET)
                        : CutProxy.Fault.NONE)) {
            String printed = python(proxy.address(), """
                    images = numpy.random.default_rng(0).integers(0, 100, (60, 300, 400), dtype='u2')
                    with penstock_client.open(ADDRESS, 'e', 'u2', (300, 400), connections=3, sample='a') as s:
                        def send(first):
                            for i in range(first, 60, 3):
                                s.send(images[i], index=i)
                        threads = [threading.Thread(target=send, args=(k,)) for k in range(3)]
                        for t in threads: t.start()
                        for t in threads: t.join()
                    print(s.report['state'], s.report['frames_written'], s.resumed > 0, s.frames_acknowledged)
                    print((written(s, '1.1', 'e') == images).all())
                    """);

            assertThat(printed).isEqualTo("complete 60 True 60\nTrue");
        }
    }

    @Test
    void shouldComeBackFromPythonAfterACutAtEveryByteOfAHeader() throws Exception {
        AtomicInteger bytes = new AtomicInteger();
        try (CutProxy proxy = CutProxy.before(
                daemon.address(),
                connection -> connection % 2 == 0
                        ? CutProxy.Fault.after(400 + 2 * bytes.getAndIncrement(), CutProxy.Ending.CLOSE)
                        : CutProxy.Fault.NONE)) {
            String printed = python(proxy.address(), """
                    bad = []
                    for n in range(85):
                        data = numpy.arange(12, dtype='u2').reshape(3, 4)
                        with penstock_client.open(ADDRESS, 'e', 'u2', (3, 4), frames=3, sample='a') as s:
                            for i in range(3):
                                s.send(data + i)
                        x = written(s, '%d.1' % (n + 1), 'e')
                        if s.report['state'] != 'complete' or s.resumed != 1 or not all((x[i] == data + i).all() for i in range(3)):
                            bad.append((n, s.resumed, s.report))
                    print(bad)
                    """);

            assertThat(printed).isEqualTo("[]");
        }
    }

    @Test
    void shouldGiveUpFromPythonWhenToldTo() throws Exception {
        try (CutProxy proxy =
                CutProxy.before(daemon.address(), _ -> CutProxy.Fault.after(100_000, CutProxy.Ending.CLOSE))) {
            String printed = python(proxy.address(), """
                    for retry in (0, 0.5):
                        try:
                            with penstock_client.open(ADDRESS, 'e', 'u2', (300, 400), sample='a', retry=retry) as s:
                                for i in range(40):
                                    s.send(numpy.zeros((300, 400), 'u2'))
                        except ConnectionError as e:
                            print(s.report, s.resumed > 0 if retry else s.resumed, type(e).__name__)
                    """);

            assertThat(printed).isEqualTo("None 0 ConnectionError\nNone True ConnectionError");
        }
    }

    @Test
    void shouldTellPythonWhatIsWrong() throws Exception {
        String printed = python("""
                def attempt(action):
                    try:
                        action()
                        print('no error')
                    except Exception as e:
                        print(type(e).__name__, getattr(e, 'code', ''), e)
                attempt(lambda: penstock_client.open(ADDRESS, 'a/b', 'u2', (3,)))
                attempt(lambda: penstock_client.open(ADDRESS, 'a', 'c8', (3,)))
                attempt(lambda: penstock_client.open('127.0.0.1:1', 'a', 'u2', (3,)))
                attempt(lambda: penstock_client.abort(ADDRESS, 'none', 'test'))
                with penstock_client.open(ADDRESS, 'd', 'u2', (3, 4), sample='a') as s:
                    attempt(lambda: s.send(numpy.zeros((4, 3), 'u2').T))
                    attempt(lambda: s.send(numpy.zeros((3, 4), '>u2')))
                    attempt(lambda: s.send(bytes(23)))
                    s.send(numpy.zeros((3, 4), 'u2'), index=0)
                    s.send(numpy.ones((3, 4), 'u2'), index=0)
                print(s.report['state'], [(e.code, e.frame) for e in s.errors], s.is_written(0))
                """);

        assertThat(printed.lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("PenstockError bad_name "),
                        line -> assertThat(line).startsWith("ValueError  dtype not supported"),
                        line -> assertThat(line).startsWith("ConnectionRefusedError"),
                        line -> assertThat(line).startsWith("PenstockError unknown_stream "),
                        line -> assertThat(line).contains("not C-contiguous"),
                        line -> assertThat(line).contains("little-endian"),
                        line -> assertThat(line).contains("expectedBytes=24, actualBytes=23"),
                        line -> assertThat(line).isEqualTo("complete [('duplicate_frame', 0)] True"));
    }

    @Test
    void shouldAbortWhenThePythonBlockFails() throws Exception {
        String printed = python("""
                try:
                    with penstock_client.open(ADDRESS, 'd', 'u2', (3, 4), frames=10, sample='a') as s:
                        s.send(numpy.zeros((3, 4), 'u2'))
                        raise RuntimeError('detector fell over')
                except RuntimeError as e:
                    print(e)
                """);

        assertThat(printed).isEqualTo("detector fell over");
    }

    @Test
    void shouldRunThePythonExample() throws Exception {
        Numpy.run(folder, "numpy, h5py", "numpy.save('a.npy', numpy.arange(60, dtype='i4').reshape(5, 3, 4))");

        List<String> lines = run(
                "/usr/bin/python3",
                "-B",
                CLIENTS.resolve("python/stream_npy.py").toString(),
                address(),
                "npy",
                "a.npy",
                "lysozyme");

        assertThat(lines.getLast()).contains("\"state\": \"complete\"", "\"frames_written\": 5");
    }

    @ParameterizedTest
    @CsvSource({"gcc, c99, c", "clang, c99, c", "g++, c++11, c++", "clang++, c++11, c++"})
    void shouldCompileTheHeaderWithoutWarnings(String compiler, String standard, String language) throws Exception {
        compile(compiler, standard, language, "example", List.of("-O2"));
        compile(compiler, standard, language, "selftest", List.of("-O2"));

        assertThat(run(folder.resolve("selftest").toString())).isEmpty();
    }

    @Test
    void shouldStreamFromCUnderSanitizers() throws Exception {
        compile("gcc", "c99", "c", "selftest", SANITIZERS);
        compile("gcc", "c99", "c", "example", SANITIZERS);
        Numpy.run(
                folder,
                "numpy, h5py",
                "numpy.random.default_rng(3).integers(0, 50, (40, 300, 400), dtype='u2').tofile('a.raw')");

        assertThat(run(folder.resolve("selftest").toString())).isEmpty();
        String example = folder.resolve("example").toString();
        List<String> lines = run(example, address(), "frelon", "u2", "300", "400", "a.raw", "lysozyme");

        String report =
                lines.stream().filter(line -> line.startsWith("{")).findFirst().orElseThrow();
        assertThat(Numpy.run(
                        folder,
                        "numpy, h5py, hdf5plugin, json",
                        "with h5py.File(json.loads('" + report
                                + "')['dataset_file'], 'r') as f:\n    print((f['1.1/measurement/frelon'][()].ravel() == "
                                + "numpy.fromfile('a.raw', 'u2')).all())"))
                .isEqualTo("True");
        assertThat(run(example, address(), "a/b", "u2", "300", "400", "a.raw").getLast())
                .contains("bad_name");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldStreamOverSeveralConnectionsFromC(int noChecksum) throws Exception {
        Files.writeString(folder.resolve("two.c"), """
                #define PENSTOCK_IMPLEMENTATION
                #include "penstock.h"
                int main(int argc, char **argv) {
                    penstock_options options = PENSTOCK_OPTIONS_INIT;
                    penstock_stream s[2];
                    penstock_report report;
                    uint16_t frame[12] = {0};
                    uint64_t i;
                    options.detector = "tiny"; options.dtype = "u2"; options.ndim = 2;
                    options.shape[0] = 3; options.shape[1] = 4;
                    options.connections = 2; options.frames = 100; options.sample = "two"; options.no_checksum = NO_CHECKSUM;
                    options.extra_json = "\\"detector_info\\":{\\"description\\":\\"made by C\\"}";
                    if (argc < 2 || penstock_open(&s[0], argv[1], &options) != 0
                        || penstock_attach(&s[1], argv[1], s[0].stream_id) != 0) return 1;
                    for (i = 0; i < 100; i++) {
                        frame[0] = (uint16_t)i;
                        if (penstock_send_frame(&s[i % 2], i, 0, frame, sizeof frame) != 0) return 2;
                    }
                    for (i = 0; i < 2; i++) if (penstock_end_begin(&s[i], 100) != 0) return 3;
                    for (i = 0; i < 2; i++) if (penstock_end(&s[i], 100, &report) != 0) return 4;
                    printf("%s %d %s\\n", report.state, (int)report.frames_written,
                           penstock_is_written(&s[0], 99) && penstock_is_written(&s[1], 0) ? "acked" : "not acked");
                    for (i = 0; i < 2; i++) penstock_close(&s[i]);
                    return 0;
                }
                """.replace("NO_CHECKSUM", Integer.toString(noChecksum)));
        List<String> command = new ArrayList<>(
                List.of("gcc", "-std=c99", "-I", CLIENTS.resolve("c").toString()));
        command.addAll(SANITIZERS);
        command.addAll(List.of("-o", "two", "two.c"));
        assumeInstalled("gcc");
        assertThat(run(command.toArray(String[]::new))).isEmpty();

        assertThat(run(folder.resolve("two").toString(), address())).containsExactly("complete 100 acked");
    }

    private String address() {
        return daemon.address().getHostString() + ":" + daemon.address().getPort();
    }

    private String python(String lines) throws IOException, InterruptedException {
        return python(daemon.address(), lines);
    }

    private String python(InetSocketAddress to, String lines) throws IOException, InterruptedException {
        String begin = CLIENT.replace("CLIENTS", CLIENTS.resolve("python").toString())
                .replace("DAEMON", to.getHostString() + ":" + to.getPort());
        return Numpy.run(folder, "numpy, h5py, hdf5plugin", begin + lines);
    }

    private void compile(String compiler, String standard, String language, String program, List<String> flags)
            throws IOException, InterruptedException {
        assumeInstalled(compiler);
        List<String> command = new ArrayList<>(List.of(compiler, "-std=" + standard));
        command.addAll(WARNINGS);
        command.addAll(flags);
        command.addAll(List.of(
                "-o",
                program,
                "-x",
                language,
                CLIENTS.resolve("c/" + program + ".c").toString()));
        assertThat(run(command.toArray(String[]::new))).isEmpty();
    }

    private static void assumeInstalled(String compiler) {
        boolean isThere = List.of("/usr/bin", "/usr/local/bin").stream()
                .anyMatch(bin -> Files.isExecutable(Path.of(bin, compiler)));
        Assumptions.assumeTrue(isThere, compiler + " is not installed");
    }

    /** Runs a program and returns what it prints on both of its outputs. */
    private List<String> run(String... command) throws IOException, InterruptedException {
        Path output = folder.resolve("program.out");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.waitFor();
        return Files.readAllLines(output);
    }
}
