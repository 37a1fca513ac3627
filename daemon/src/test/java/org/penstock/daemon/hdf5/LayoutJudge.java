package org.penstock.daemon.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code src/it/judge_nexus.py}: what is wrong with scan masters. One process judges all of them. */
public final class LayoutJudge implements AutoCloseable {
    private static final Path SCRIPT =
            Path.of(System.getProperty("penstock.root", ".."), "src", "it", "judge_nexus.py");

    private final Process process;
    private final Writer requests;
    private final BufferedReader answers;

    public LayoutJudge() {
        try {
            process = new ProcessBuilder(
                            "/usr/bin/python3", SCRIPT.toAbsolutePath().toString(), "--serve")
                    .directory(Path.of("/").toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        requests = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Returns what is wrong with a scan master. */
    public List<String> problems(Path master) {
        try {
            requests.write(master.toAbsolutePath() + "\n");
            requests.flush();
            String line = answers.readLine();
            assertThat(line).as("judge of %s", master).isNotNull();
            List<String> problems = new ArrayList<>();
            for (JsonNode problem : new ObjectMapper().readTree(line).get("problems")) {
                problems.add(problem.asText());
            }
            return problems;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
