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
import org.junit.jupiter.api.Assumptions;

/** Other people's readers, run as users run them: another process, another library, another folder. */
public final class ForeignReader {
    private static final String PYTHON = "/usr/bin/python3";
    private static final Path SCRIPTS = Path.of(System.getProperty("penstock.root", ".."), "src", "it");

    private ForeignReader() {}

    /** Skips the test where Python has no such module. */
    public static void assumePython(String module) {
        Assumptions.assumeTrue(hasPython(module), PYTHON + " with the module " + module + " is not installed");
    }

    /** Returns whether Python has such a module. */
    public static boolean hasPython(String module) {
        return Files.isExecutable(Path.of(PYTHON)) && status(List.of(PYTHON, "-c", "import " + module)) == 0;
    }

    /** Skips the test where there is no such program. */
    public static void assumeProgram(String program) {
        Assumptions.assumeTrue(
                status(List.of("sh", "-c", "command -v " + program)) == 0, program + " is not installed");
    }

    /** Returns what h5py sees: object path to properties. */
    public static JsonNode dump(Path file) {
        return json(output(List.of(PYTHON, SCRIPTS.resolve("dump_hdf5.py").toString(), absolute(file))));
    }

    /** Returns what Python thinks of the checksums in a file: path of a detector to counts, and what is wrong. */
    public static JsonNode integrity(Path file) {
        return json(output(List.of(PYTHON, SCRIPTS.resolve("integrity.py").toString(), absolute(file))));
    }

    /** Returns what silx plots by default and which entries it lists. */
    public static JsonNode silxDefault(Path file) {
        return json(output(List.of(PYTHON, SCRIPTS.resolve("silx_default.py").toString(), absolute(file))));
    }

    /** Runs Python statements that find the file as {@code f} and print their result. */
    public static String h5py(Path file, String statements) {
        String script = "import h5py, sys\nf = h5py.File(sys.argv[1], 'r', locking=False)\n" + statements;
        return output(List.of(PYTHON, "-c", script, absolute(file))).strip();
    }

    /** Runs a Python script of {@code src/it}; returns what it says. */
    public static String script(Path script, String... arguments) {
        List<String> command = new ArrayList<>(List.of(PYTHON, absolute(script)));
        command.addAll(Arrays.asList(arguments));
        return output(command).strip();
    }

    public static String python(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of(PYTHON, "-c", script));
        command.addAll(Arrays.asList(arguments));
        return output(command).strip();
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
                .directory(Path.of("/").toFile())
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
