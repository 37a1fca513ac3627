package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.PythonAtHand;

/** Has h5py say whether everything that clients saw acknowledged can be read ({@code src/it/judge_acknowledged.py}). */
final class AckJudge {
    static final Path SCRIPTS = Path.of(System.getProperty("penstock.root", ".."), "src", "it")
            .toAbsolutePath()
            .normalize();

    private static final long LONGEST_NS = 20_000_000_000L;

    private AckJudge() {}

    /** Skips the test where the judge cannot run. */
    static void assumeReaders() {
        ForeignReader.assumePython("h5py, hdf5plugin");
    }

    /** Waits until all that was acknowledged can be read in a scan that runs; says what can not if that never comes. */
    static void awaitReadable(List<AckClient> clients) throws Exception {
        JsonNode opened = clients.getFirst().opened();
        long end = System.nanoTime() + LONGEST_NS;
        String verdict;
        do {
            verdict = verdict(
                    opened.path("dataset_file").asText(), opened.path("entry").asText(), AckLog.WRITTEN, clients);
        } while (!verdict.endsWith(" 0 lost, 0 wrong") && System.nanoTime() < end);
        assertThat(verdict).endsWith(" 0 lost, 0 wrong");
    }

    /** Nothing may be lost, nothing wrong, and the clients must have seen as many frames acknowledged as they say. */
    static void judge(List<AckClient> clients) throws IOException, InterruptedException {
        String file = clients.getFirst().opened().path("dataset_file").asText();
        String entry = clients.getFirst().opened().path("entry").asText();
        long acknowledged = clients.stream().mapToLong(AckClient::writtenCount).sum();

        String verdict = verdict(file, entry, AckLog.WRITTEN, clients);

        assertThat(verdict.lines().toList().getLast())
                .as(verdict)
                .isEqualTo("%d acknowledged, %d readable, 0 lost, 0 wrong", acknowledged, acknowledged);
    }

    /** Returns what the judge prints; the last line counts. */
    static String verdict(String file, String entry, String level, List<AckClient> clients)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("--entry", entry, "--level", level));
        arguments.addAll(streams(clients));
        arguments.add(file);
        clients.forEach(client -> arguments.add(client.log().toString()));
        return PythonAtHand.script(SCRIPTS, SCRIPTS.resolve("judge_acknowledged.py"), arguments, "")
                .said()
                .strip();
    }

    /** Returns the options that name the pattern of each stream. */
    static List<String> streams(List<AckClient> clients) {
        return clients.stream()
                .flatMap(client -> List.of(
                        "--stream", client.detector() + ":" + client.frames().seed())
                        .stream())
                .toList();
    }
}
