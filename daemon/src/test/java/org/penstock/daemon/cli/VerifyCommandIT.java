package org.penstock.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.it.Await;
import org.penstock.daemon.it.TestDaemon;
import org.penstock.daemon.it.TestFrames;
import org.penstock.daemon.source.Numpy;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import picocli.CommandLine;

/** {@code penstock verify}, on what the daemon itself wrote. */
@Timeout(120)
class VerifyCommandIT {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @Test
    void shouldFindNothingInWhatTheDaemonWrote() throws Exception {
        Numpy.run(folder, "numpy", "numpy.save('a.npy', numpy.arange(10 * 5 * 7, dtype='u2').reshape(10, 5, 7))");
        Path data = folder.resolve("data");
        try (TestDaemon daemon = TestDaemon.start(data)) {
            assertThat(run(
                            "send",
                            "--to",
                            "127.0.0.1:" + daemon.address().getPort(),
                            "--detector",
                            "eiger",
                            "--frames-per-file",
                            "4",
                            folder.resolve("a.npy").toString()))
                    .isZero();
        }

        int code = run("verify", data.toString());

        assertThat(code).as("%s", errors).isZero();
        JsonNode json = lastLine();
        assertThat(json.get("parts").asInt()).isEqualTo(3);
        assertThat(json.get("scan_masters").asInt()).isEqualTo(1);
        assertThat(json.get("link_masters").asInt()).isEqualTo(3);
        assertThat(json.get("frames").asInt()).isEqualTo(10);
        assertThat(json.get("problems")).isEmpty();
    }

    @Test
    void shouldEndWithTwoAndALineForWhatItCannotRead() throws Exception {
        Path file = Files.writeString(folder.resolve("text.h5"), "no HDF5");

        int code = run("verify", file.toString());

        assertThat(code).isEqualTo(2);
        assertThat(errors.toString()).contains("file cannot be read: file=" + file);
        assertThat(lastLine().at("/problems/0/what").asText()).isEqualTo("unreadable");
    }

    @Test
    void shouldSayThatAFileDoesNotExist() throws Exception {
        Path file = folder.resolve("nowhere.h5");

        int code = run("verify", file.toString());

        assertThat(code).isEqualTo(2);
        assertThat(errors.toString()).contains("file cannot be read: file=" + file + ", problem=no such file");
    }

    @Test
    void shouldTellUnfinishedScansWhoseJournalsLieApart() throws Exception {
        Path journals = folder.resolve("journals");
        Path config = Files.writeString(folder.resolve("apart.yaml"), "storage: {journal_dir: " + journals + "}");
        Path unfinished = suspendAScan(folder.resolve("data"), config);
        Path finished = Files.createDirectory(folder.resolve("other"));
        Numpy.run(folder, "h5py", "h5py.File('other/a.h5', 'w').close()");
        Path part = unfinished.resolve("eiger_0000.h5");
        Files.write(part, new byte[4096]);
        List<String> expected = journalsBelow(journals);
        assertThat(expected).as("of the scan and of its part").hasSize(2);

        int ofFolder = run(
                "verify", "--config", config.toString(), folder.resolve("data").toString());

        assertThat(ofFolder).as("%s", errors).isEqualTo(1);
        assertThat(lastLine().get("problems").findValuesAsText("what")).containsOnly("unfinished");
        assertThat(lastLine().get("problems").findValuesAsText("file")).containsAll(expected);
        assertThat(errors.toString().lines().filter(line -> line.startsWith("scan is unfinished")))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .contains("folder=" + unfinished, "run the daemon or ./penstock recover --config FILE"));

        assertThat(run("verify", "--config", config.toString(), part.toString()))
                .as("the part")
                .isEqualTo(1);
        assertThat(lastLine().get("problems").findValuesAsText("file"))
                .containsExactlyInAnyOrder(journalOf(expected, "eiger_0000"), part.toString());
        assertThat(run("verify", "--config", config.toString(), finished.toString()))
                .as("elsewhere")
                .isZero();
        assertThat(run("verify", part.toString()))
                .as("who does not know of the journals")
                .isEqualTo(2);
    }

    @Test
    void shouldSayWhichJournalItCannotRead() throws Exception {
        Path journals = Files.createDirectory(folder.resolve("journals"));
        Path config = Files.writeString(folder.resolve("apart.yaml"), "storage: {journal_dir: " + journals + "}");
        Path damaged = Files.writeString(journals.resolve("scan0001.scan.jnl"), "no journal at all");

        int code = run("verify", "--config", config.toString(), folder.toString());

        assertThat(code).isEqualTo(2);
        assertThat(errors.toString()).contains("journal cannot be read", "journal=" + damaged, "not a journal");
    }

    /** Returns the scan's folder. */
    private static Path suspendAScan(Path data, Path config) throws Exception {
        TestFrames frames = TestFrames.of(ElementType.U2, 100L, 100L);
        DaemonConfig settings = DaemonConfig.load(config).withDataDir(data);
        try (TestDaemon daemon = TestDaemon.start(settings);
                FrameStream stream = PenstockClient.open(daemon.address(), frames.request("eiger", 10L))) {
            frames.send(stream, 0, 3);
            Await.until("frames are written", () -> stream.isWritten(2));
            daemon.stop();
            return Path.of(stream.opened().scanFile()).resolveSibling("");
        }
    }

    private static List<String> journalsBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(Path::toString)
                    .filter(name -> name.endsWith(".jnl"))
                    .toList();
        }
    }

    private static String journalOf(List<String> journals, String name) {
        return journals.stream()
                .filter(journal -> journal.contains(name))
                .findFirst()
                .orElseThrow();
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        errors.getBuffer().setLength(0);
        CommandLine line = Penstock.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(errors, true));
        return line.execute(arguments);
    }

    private JsonNode lastLine() throws Exception {
        return new ObjectMapper().readTree(out.toString().lines().toList().getLast());
    }
}
