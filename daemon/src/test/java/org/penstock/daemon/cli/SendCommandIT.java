package org.penstock.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.PenstockDaemon;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.it.CutProxy;
import org.penstock.daemon.it.TestDaemon;
import org.penstock.daemon.source.Numpy;
import org.penstock.daemon.telemetry.Counter;
import picocli.CommandLine;

/** {@code penstock send} against a daemon; h5py reads what it wrote. */
class SendCommandIT {
    @TempDir
    private Path folder;

    private TestDaemon daemon;
    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @BeforeEach
    void start() {
        daemon = TestDaemon.start(folder.resolve("data"));
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    @Test
    void shouldCycleFramesOverConnectionsAndReportWhereTheyAre() throws Exception {
        numpy("numpy.save('a.npy', numpy.arange(3 * 5 * 7, dtype='u2').reshape(3, 5, 7))");

        int code = send(
                "--detector",
                "eiger",
                "--sample",
                "lysozyme",
                "--frames",
                "10",
                "--connections",
                "2",
                "--frames-per-file",
                "4",
                path("a.npy"));

        assertThat(errors.toString()).isEmpty();
        assertThat(code).isZero();
        JsonNode report = report();
        assertThat(report.path("frames_sent").asInt()).isEqualTo(10);
        assertThat(report.path("frames_written").asInt()).isEqualTo(10);
        assertThat(report.path("missing")).isEmpty();
        assertThat(report.path("files")).hasSize(3);
        assertThat(report.path("bytes_raw").asInt()).isEqualTo(10 * 5 * 7 * 2);
        assertThat(numpy("""
                a = numpy.load('a.npy')
                with h5py.File('%s', 'r') as f:
                    x = f['%s/measurement/eiger'][()]
                print(x.dtype, x.shape, all((x[i] == a[i %% 3]).all() for i in range(10)))
                """.replace("%s/", report.path("entry").asText() + "/")
                        .replace("%s", report.path("dataset_file").asText())
                        .replace("%%", "%")))
                .isEqualTo("uint16 (10, 5, 7) True");
    }

    @Test
    void shouldSendAPartFileOfItsOwnAgain() throws Exception {
        numpy("""
                a = numpy.random.default_rng(1).integers(0, 65536, (4, 64, 65), dtype='u2')
                a[1] = 3
                numpy.save('a.npy', a)
                """);
        send("--detector", "first", "--sample", "noise", path("a.npy"));
        String part = report().path("files").path(0).asText();
        out.getBuffer().setLength(0);

        int code = send("--detector", "again", "--sample", "noise", part + "::/entry_0000/measurement/data");

        assertThat(errors.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(numpy("print((h5py.File('" + report().path("dataset_file").asText()
                        + "')['2.1/measurement/again'][()] == numpy.load('a.npy')).all())"))
                .isEqualTo("True");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bslz4", "blosc:lz4:bitshuffle:5"})
    void shouldEncodeFramesBeforeTheyAreSent(String codec) throws Exception {
        numpy("""
                a = numpy.random.default_rng(1).integers(0, 7, (6, 64, 65), dtype='u2')
                a[3] = numpy.random.default_rng(1).integers(0, 65536, (64, 65))
                numpy.save('a.npy', a)
                """);

        int code = send("--detector", "eiger", "--passthrough", "--codec", codec, path("a.npy"));

        assertThat(errors.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(daemon.count(Counter.CHUNKS_PASSED_THROUGH))
                .as("all but noise")
                .isEqualTo(5);
        assertThat(daemon.count(Counter.CHUNKS_COMPRESSED)).isZero();
        assertThat(numpy("print((h5py.File('" + report().path("dataset_file").asText()
                        + "')['1.1/measurement/eiger'][()] == numpy.load('a.npy')).all())"))
                .isEqualTo("True");
    }

    @Test
    void shouldSayWhichCodecsCanBeSent() throws Exception {
        numpy("numpy.save('a.npy', numpy.zeros((3, 5, 7)))");

        assertThat(send("--detector", "a", "--passthrough", "--codec", "gzip", path("a.npy")))
                .isNotZero();
        assertThat(errors.toString()).contains("option=--codec with --passthrough, expected=bslz4, lz4, zstd or blosc");
    }

    @Test
    void shouldSucceedWhenFramesAreLeftOutAsAsked() throws Exception {
        numpy("numpy.save('a.npy', numpy.zeros((10, 5, 7)))");

        assertThat(send("--detector", "a", "--every", "3", path("a.npy"))).isZero();
        assertThat(report().path("frames_written").asInt()).isEqualTo(4);
        assertThat(send("--detector", "b", "--no-save", path("a.npy"))).isZero();
        assertThat(report().path("frames_skipped").asInt()).isEqualTo(10);
    }

    @Test
    void shouldJoinAScanAndNameFilesAsLimaDoes() throws Exception {
        numpy("numpy.save('a.npy', numpy.zeros((3, 5, 7)))");

        int code = send(
                "--detector",
                "a",
                "--lima-directory",
                "x/y",
                "--lima-prefix",
                "img_",
                "--lima-index-format",
                "%03d",
                "--lima-next-number",
                "7",
                "--master",
                "none",
                "--frames-per-file",
                "2",
                path("a.npy"));

        assertThat(code).isZero();
        assertThat(report().path("files").path(1).asText()).endsWith("/x/y/img_008.h5");
        assertThat(report().path("scan_file").isNull()).isTrue();
    }

    @Test
    void shouldGoOnAfterCutsAndLogWhatWasAcknowledged() throws Exception {
        numpy("numpy.save('a.npy', numpy.random.default_rng(2).integers(0, 99, (30, 50, 70), dtype='u2'))");
        try (CutProxy proxy = CutProxy.before(
                daemon.address(),
                connection ->
                        connection < 2 ? CutProxy.Fault.after(60_000, CutProxy.Ending.RESET) : CutProxy.Fault.NONE)) {
            int code = run(
                    "send",
                    "--to",
                    proxy.address().getHostString() + ":" + proxy.address().getPort(),
                    "--detector",
                    "eiger",
                    "--retry",
                    "20",
                    "--ack-log",
                    path("acks.txt"),
                    path("a.npy"));

            assertThat(code).as(errors.toString()).isZero();
        }
        JsonNode report = report();
        assertThat(report.path("frames_acknowledged").asInt()).isEqualTo(30);
        assertThat(report.path("frames_durable").asInt()).isZero();
        assertThat(report.path("resumed").asInt()).isEqualTo(2);
        assertThat(errors.toString().lines().filter(line -> line.startsWith("send: connection lost: ")))
                .hasSize(2);
        assertThat(numpy("""
                def crc32c(data):
                    crc = 0xffffffff
                    for byte in data:
                        crc ^= byte
                        for _ in range(8):
                            crc = crc >> 1 ^ 0x82f63b78 * (crc & 1)
                    return crc ^ 0xffffffff
                with h5py.File('FILE', 'r') as f:
                    x = f['1.1/measurement/eiger'][()]
                acks = [line.split() for line in open('acks.txt')]
                print(sorted(int(a[0]) for a in acks) == list(range(30)), set(a[2] for a in acks),
                      all(int(a[1], 16) == crc32c(x[int(a[0])].tobytes()) for a in acks))
                """.replace("FILE", report.path("dataset_file").asText())))
                .isEqualTo("True {'written'} True");
    }

    @Test
    void shouldGiveUpAtTheFirstCutWhenToldTo() throws Exception {
        numpy("numpy.save('a.npy', numpy.zeros((30, 50, 70), dtype='u2'))");
        try (CutProxy proxy =
                CutProxy.before(daemon.address(), _ -> CutProxy.Fault.after(60_000, CutProxy.Ending.RESET))) {
            int code = run(
                    "send",
                    "--to",
                    proxy.address().getHostString() + ":" + proxy.address().getPort(),
                    "--detector",
                    "eiger",
                    "--retry",
                    "0",
                    path("a.npy"));

            assertThat(code).isEqualTo(1);
        }
        assertThat(report().path("state").asText()).isEqualTo("unknown");
        assertThat(report().path("resumed").asInt()).isZero();
        assertThat(report().path("frames_acknowledged").asInt()).isLessThan(30);
    }

    @Test
    void shouldSayThatAcknowledgementsCannotBeLogged() throws Exception {
        numpy("numpy.save('a.npy', numpy.zeros((3, 5, 7)))");

        assertThat(send("--detector", "a", "--ack-log", path("no/such/folder"), path("a.npy")))
                .isEqualTo(1);
        assertThat(send("--detector", "a", "--ack-log", "/dev/full", path("a.npy")))
                .isEqualTo(1);

        assertThat(errors.toString().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("send: acknowledgements could not be logged: file="));
    }

    @Test
    void shouldSayInOneLineWhatFailed() throws Exception {
        numpy("numpy.save('a.npy', numpy.zeros((3, 5, 7)))");

        assertThat(send("--detector", "a/b", path("a.npy"))).isEqualTo(1);
        assertThat(send("--detector", "a", path("none.npy"))).isEqualTo(1);
        assertThat(send("--detector", "a", "--rate", "0", path("a.npy"))).isEqualTo(2);
        assertThat(run("send", "--to", "127.0.0.1:1", "--retry", "0", "--detector", "a", path("a.npy")))
                .isEqualTo(1);

        List<String> lines = errors.toString().lines().toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0))
                .startsWith("send: stream refused by the daemon: bad_name:")
                .contains("a/b");
        assertThat(lines.get(1)).startsWith("send: cannot read ").endsWith("none.npy: no such file");
        assertThat(lines.get(2))
                .isEqualTo(
                        "send: bad value: option=--rate, expected=more than 0, actual=0.0; see ./penstock send --help");
        assertThat(lines.get(3)).contains("to=127.0.0.1:1", "./penstock serve");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void shouldWaitForADaemonThatIsBeingStarted() throws Exception {
        numpy("numpy.save('a.npy', numpy.zeros((3, 5, 7)))");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        daemon.close();
        CompletableFuture<Integer> sending = CompletableFuture.supplyAsync(
                () -> run("send", "--to", "127.0.0.1:" + port, "--detector", "a", path("a.npy")));
        DaemonConfig config = DaemonConfig.defaults()
                .withDataDir(folder.resolve("late"))
                .withPort(port)
                .withHttpPort(0);
        try (PenstockDaemon _ = PenstockDaemon.start(config)) {
            assertThat(sending.get(30, TimeUnit.SECONDS)).as(errors.toString()).isZero();
        }
    }

    private int send(String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "send",
                "--to",
                daemon.address().getHostString() + ":" + daemon.address().getPort()));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private int run(String... arguments) {
        CommandLine line = Penstock.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(errors, true));
        return line.execute(arguments);
    }

    private JsonNode report() throws Exception {
        return new ObjectMapper().readTree(out.toString().lines().toList().getLast());
    }

    private String path(String file) {
        return folder.resolve(file).toString();
    }

    private String numpy(String lines) throws Exception {
        return Numpy.run(folder, "numpy, h5py, hdf5plugin", lines);
    }
}
