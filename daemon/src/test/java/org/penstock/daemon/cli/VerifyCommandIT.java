package org.penstock.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.it.TestDaemon;
import org.penstock.daemon.source.Numpy;
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

    private int run(String... arguments) {
        CommandLine line = Penstock.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(errors, true));
        return line.execute(arguments);
    }

    private JsonNode lastLine() throws Exception {
        return new ObjectMapper().readTree(out.toString().lines().toList().getLast());
    }
}
