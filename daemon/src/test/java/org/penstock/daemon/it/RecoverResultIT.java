package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** What {@code recover} says of parts, held against what h5py counts in them. */
@Timeout(120)
final class RecoverResultIT {
    @TempDir
    private Path dataDir;

    @BeforeAll
    static void readersMustBeThere() {
        AckJudge.assumeReaders();
    }

    @ParameterizedTest(name = "{0}x{1}")
    @CsvSource({"800, 700", "20, 30"})
    void shouldCountTheFramesThatAreThere(long rows, long columns) throws Exception {
        suspendWithHoles(TestFrames.of(ElementType.U2, rows, columns));
        Map<Path, byte[]> journals = journals();
        assertThat(journals).as("of the scan and of one part").hasSize(2);

        JsonNode lookedAt = recover("--dry-run");
        JsonNode made = recover();
        Path part = Path.of(made.at("/parts/0/file").asText());
        for (Map.Entry<Path, byte[]> journal : journals.entrySet()) {
            // that it was removed has not reached the disk: the part is found whole
            Files.write(journal.getKey(), journal.getValue());
        }
        JsonNode found = recover();

        assertThat(ForeignReader.h5py(part, """
                detector = f['entry_0000/ESRF_ID00/eiger']
                print(len(detector['data']) - len(detector['missing']))
                """)).isEqualTo("5");
        for (JsonNode scan : List.of(lookedAt, made, found)) {
            assertThat(scan.get("parts")).hasSize(1);
            assertThat(scan.at("/parts/0/frames").asLong()).as("%s", scan).isEqualTo(5);
            assertThat(scan.at("/parts/0/lost_frames").asLong()).isZero();
        }
    }

    private void suspendWithHoles(TestFrames frames) throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                FrameStream stream = PenstockClient.open(
                        daemon.address(), frames.request("eiger", 10L).withFramesPerFile(10))) {
            frames.send(stream, 0, 3);
            frames.send(stream, 5, 7);
            Await.until("frames are written", () -> stream.isWritten(6));
            daemon.stop();
        }
    }

    private Map<Path, byte[]> journals() throws IOException {
        Map<Path, byte[]> journals = new TreeMap<>();
        try (Stream<Path> files = Files.walk(dataDir)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".jnl"))
                    .filter(path -> !path.startsWith(dataDir.resolve(".penstock")))
                    .toList()) {
                journals.put(file, Files.readAllBytes(file));
            }
        }
        return journals;
    }

    /** Returns what is said of the one scan. */
    private JsonNode recover(String... options) throws Exception {
        Recovery.Outcome outcome = Recovery.run(List.of(), List.of(options), List.of(dataDir));
        JsonNode json =
                new ObjectMapper().readTree(outcome.output().lines().toList().getLast());
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        assertThat(json.get("scans")).hasSize(1);
        return json.at("/scans/0");
    }
}
