package org.penstock.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.it.TestDaemon;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import picocli.CommandLine;

/** The masters of scans that a daemon has written, lost and made anew. */
class RelinkCommandIT {
    @TempDir
    private Path dataDir;

    /** Other classes of this JVM own it from other threads. */
    @AfterAll
    static void releaseHdf5() {
        Hdf5Library.release();
    }

    @Test
    void shouldMakeLostMastersAsTheDaemonMadeThem() throws IOException {
        ForeignReader.assumePython("h5py");
        Path dataset;
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            scan(daemon);
            dataset = Path.of(String.valueOf(scan(daemon).datasetFile()));
        }
        List<Path> masters = linkMasters();
        List<String> before = masters.stream().map(RelinkCommandIT::links).toList();
        assertThat(masters).hasSize(3).contains(dataset);
        for (Path master : masters) {
            Files.delete(master);
        }

        StringWriter output = new StringWriter();
        int exitCode = new CommandLine(new RelinkCommand())
                .setOut(new PrintWriter(output))
                .execute(dataDir.toString());

        JsonNode json = new ObjectMapper().readTree(output.toString());
        assertThat(exitCode).as(output.toString()).isZero();
        assertThat(json.get("problems")).isEmpty();
        assertThat(json.get("masters"))
                .hasSize(3)
                .allMatch(master -> master.get("scans").asInt() == 2);
        assertThat(masters.stream().map(RelinkCommandIT::links).toList()).isEqualTo(before);
    }

    @Test
    void shouldSayWhatIsNotThere() {
        StringWriter output = new StringWriter();

        int exitCode = new CommandLine(new RelinkCommand())
                .setOut(new PrintWriter(output))
                .execute(dataDir.resolve("nowhere").toString());

        assertThat(exitCode).isEqualTo(2);
        assertThat(output.toString())
                .contains("not looked through: no such file or folder: file=" + dataDir.resolve("nowhere"));
    }

    private static Report scan(TestDaemon daemon) throws IOException {
        OpenStream request = OpenStream.of("diode", ElementType.F8, List.of(), 3L);
        try (FrameStream stream = PenstockClient.open(daemon.address(), request)) {
            for (int index = 0; index < 3; index++) {
                stream.send(index, 0, ByteBuffer.allocateDirect(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN));
            }
            return stream.end(3L);
        }
    }

    private static String links(Path master) {
        return ForeignReader.h5py(
                master,
                "print([(e, f.get(e, getlink=True).filename, f[e + '/measurement/diode'].shape) for e in f], f.attrs['default'])");
    }

    private List<Path> linkMasters() throws IOException {
        try (Stream<Path> files = Files.walk(dataDir)) {
            return files.filter(file -> file.toString().endsWith(".h5"))
                    .filter(file -> !file.toString().contains("/scan0"))
                    .sorted()
                    .toList();
        }
    }
}
