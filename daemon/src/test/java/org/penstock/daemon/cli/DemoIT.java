package org.penstock.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.it.WrittenMasters;
import picocli.CommandLine;

/** {@code penstock demo}, as somebody sees it who has just unpacked the sources. */
class DemoIT {
    @TempDir
    private Path folder;

    private final StringWriter output = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @Test
    void shouldLeaveAScanThatForeignReadersShow() throws Exception {
        ForeignReader.assumePython("h5py, hdf5plugin");
        ForeignReader.assumePython("silx");

        int exitCode = demo("--seconds", "3");

        assertThat(errors.toString()).doesNotContain("not whole");
        assertThat(exitCode).isZero();
        Path dataset = datasetFile();
        String seen = ForeignReader.h5py(dataset, """
                import hdf5plugin
                m = f['1.1/measurement']
                print({name: (str(m[name].dtype), m[name].shape) for name in sorted(m)})
                print(m['eiger'][74].sum() > 0, (m['camera'][149] > 1000).any(), m['fluorescence'][299].sum() > 0)
                print(m['elapsed_time'][299], f['1.1/end_reason'][()], f['1.1/sample/name'][()])
                print(f['1.1/instrument/eiger/x_pixel_size'].attrs['units'])
                """);
        assertThat(seen.lines())
                .containsExactly(
                        "{'camera': ('uint16', (150, 512, 512)), 'diode': ('float64', (300,)), "
                                + "'eiger': ('uint32', (75, 2162, 2068)), 'elapsed_time': ('float64', (300,)), "
                                + "'fluorescence': ('uint32', (300, 4096))}",
                        "True True True",
                        "2.99 b'SUCCESS' b'lysozyme'",
                        "m");
        WrittenMasters.judge(folder);
        JsonNode plot = ForeignReader.silxDefault(dataset);
        assertThat(plot.toString()).contains("eiger");
        assertThat(output.toString())
                .contains("silx view", "import h5py", "eiger_0000.h5", "CPU seconds per GB", "compression ratio")
                .as("data of counters is in the scan master")
                .doesNotContain("elapsed_time_0000.h5");
    }

    @Test
    void shouldTakeAnotherScanIntoAFolderThatIsThere() throws Exception {
        int first = demo("--seconds", "0.2");
        int second = demo("--seconds", "0.2");

        assertThat(first).isZero();
        assertThat(second).isZero();
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName()))).contains("scan0001.h5", "scan0002.h5");
        }
    }

    @Test
    void shouldRefuseATimeThatIsNone() {
        int exitCode = demo("--seconds", "-1");

        assertThat(exitCode).isEqualTo(2);
        assertThat(errors.toString()).contains("--seconds");
    }

    private int demo(String... options) {
        CommandLine line = Penstock.commandLine();
        line.setOut(new PrintWriter(output));
        line.setErr(new PrintWriter(errors));
        return line.execute(Stream.concat(
                        Stream.of("demo", "--data-dir", folder.resolve("data").toString()), Stream.of(options))
                .toArray(String[]::new));
    }

    private Path datasetFile() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith("lysozyme_0001.h5"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
