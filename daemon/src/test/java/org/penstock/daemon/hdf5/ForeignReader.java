package org.penstock.daemon.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/** Other people's readers, run as users run them: another process, another library, another folder. */
public final class ForeignReader {
    private static final Path ROOT = Path.of("/");
    private static final Path SCRIPTS = Path.of(System.getProperty("penstock.root", ".."), "src", "it");

    private static final Map<List<String>, Boolean> AVAILABLE = new ConcurrentHashMap<>();

    private ForeignReader() {}

    /** Skips the test where Python has no such module. */
    public static void assumePython(String module) {
        Assumptions.assumeTrue(
                hasPython(module), PythonAtHand.PYTHON + " with the module " + module + " is not installed");
    }

    /** Returns whether Python has such a module. */
    public static boolean hasPython(String module) {
        return Files.isExecutable(Path.of(PythonAtHand.PYTHON))
                && isAvailable(List.of(PythonAtHand.PYTHON, "-c", "import " + module));
    }

    /** Skips the test where there is no such program. */
    public static void assumeProgram(String program) {
        Assumptions.assumeTrue(
                isAvailable(List.of("sh", "-c", "command -v " + program)), program + " is not installed");
    }

    /** Returns what h5py sees: object path to properties. */
    public static JsonNode dump(Path file) {
        return json(script(SCRIPTS.resolve("dump_hdf5.py"), absolute(file)));
    }

    /** Returns what Python thinks of the checksums in a file: path of a detector to counts, and what is wrong. */
    public static JsonNode integrity(Path file) {
        return json(script(SCRIPTS.resolve("integrity.py"), absolute(file)));
    }

    /** Returns what silx plots by default and which entries it lists. */
    public static JsonNode silxDefault(Path file) {
        return json(script(SCRIPTS.resolve("silx_default.py"), absolute(file)));
    }

    /** Runs Python statements that find the file as {@code f} and print their result. */
    public static String h5py(Path file, String statements) {
        return python(
                "import h5py, sys\nf = h5py.File(sys.argv[1], 'r', locking=False)\n" + statements, absolute(file));
    }

    /** Runs a Python script of {@code src/it}; returns what it says. */
    public static String script(Path script, String... arguments) {
        try {
            return said(script, PythonAtHand.script(ROOT, script, List.of(arguments), ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String python(String script, String... arguments) {
        try {
            return said(script, PythonAtHand.code(ROOT, script, List.of(arguments)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String said(Object script, PythonAtHand.Outcome outcome) {
        assertThat(outcome.exitCode()).as("%s%n%s", script, outcome.said()).isZero();
        return outcome.said().strip();
    }

    public static String h5dump(Path file, String... options) {
        List<String> command = new ArrayList<>(List.of("h5dump"));
        command.addAll(Arrays.asList(options));
        command.add(absolute(file));
        return output(command);
    }

    private static String output(List<String> command) {
        try {
            Process process = process(command);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as("%s%n%s", command, output).isZero();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isAvailable(List<String> command) {
        return AVAILABLE.computeIfAbsent(command, _ -> status(command) == 0);
    }

    private static int status(List<String> command) {
        try {
            Process process = process(command);
            process.getInputStream().readAllBytes();
            return process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Starts it in another folder than the file's: paths in files are relative to the file. */
    private static Process process(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private static String absolute(Path file) {
        return file.toAbsolutePath().toString();
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
