package org.penstock.daemon.hdf5;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/**
 * {@code /usr/bin/python3} without the second that h5py takes to load: a process that has loaded what a script imports, and nothing else, runs it in a
 * copy of itself ({@code src/it/python_at_hand.py}). A script finds what it would find in a process that was started for it.
 *
 * <p><b>Threading:</b> any thread; scripts that run at the same time have processes of their own to come from.
 */
public final class PythonAtHand {
    static final String PYTHON = "/usr/bin/python3";

    private static final Path SERVER =
            Path.of(System.getProperty("penstock.root", ".."), "src", "it", "python_at_hand.py");

    /** What takes long to load; in the order in which scripts load them. */
    private static final List<String> MODULES = List.of("numpy", "h5py", "hdf5plugin", "silx.io");

    private static final Map<List<String>, Queue<PythonAtHand>> IDLE = new ConcurrentHashMap<>();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Writer requests;
    private final BufferedReader answers;
    private final Path input;
    private final Path output;

    /**
     * How a script ended.
     *
     * @param exitCode as python3's
     * @param said on standard output and standard error, as it came
     */
    public record Outcome(int exitCode, String said) {}

    private PythonAtHand(List<String> modules) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(PYTHON, SERVER.toAbsolutePath().toString()));
        command.addAll(modules);
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        requests = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
        input = Files.createTempFile("python", ".in");
        output = Files.createTempFile("python", ".out");
        input.toFile().deleteOnExit();
        output.toFile().deleteOnExit();
    }

    /** Runs lines of Python in a folder. */
    public static Outcome code(Path folder, String code, List<String> arguments) throws IOException {
        return run(folder, code, withFirst("-c", arguments), "");
    }

    /** Runs a script in a folder, with {@code input} on its standard input. */
    public static Outcome script(Path folder, Path script, List<String> arguments, String input) throws IOException {
        return run(folder, "", withFirst(script.toAbsolutePath().toString(), arguments), input);
    }

    private static List<String> withFirst(String first, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(arguments);
        return all;
    }

    private static Outcome run(Path folder, String code, List<String> argv, String input) throws IOException {
        List<String> modules = imported(!code.isEmpty() ? code : Files.readString(Path.of(argv.getFirst())));
        Queue<PythonAtHand> idle = IDLE.computeIfAbsent(modules, _ -> new ConcurrentLinkedQueue<>());
        PythonAtHand python = idle.poll();
        if (python == null) {
            python = new PythonAtHand(modules);
        }
        Outcome outcome = python.run(job(folder, code, argv), input);
        idle.add(python);
        return outcome;
    }

    /** A module that a script does not import may not be there: a filter that it brings would help. */
    private static List<String> imported(String code) {
        return MODULES.stream()
                .filter(module -> Pattern.compile("^import .*\\b" + Pattern.quote(module) + "\\b", Pattern.MULTILINE)
                        .matcher(code)
                        .find())
                .toList();
    }

    private static Map<String, Object> job(Path folder, String code, List<String> argv) {
        Map<String, Object> job = new LinkedHashMap<>();
        job.put("argv", argv);
        job.put("code", code);
        job.put("folder", folder.toAbsolutePath().toString());
        return job;
    }

    private Outcome run(Map<String, Object> job, String said) throws IOException {
        Files.writeString(input, said);
        job.put("input", input.toString());
        job.put("output", output.toString());
        requests.write(JSON.writeValueAsString(job) + "\n");
        requests.flush();
        String exitCode = answers.readLine();
        if (exitCode == null) {
            throw new IOException("python ended: server=" + SERVER + ", pid=" + process.pid() + ", job=" + job);
        }
        // whatever it printed: not all need be text
        return new Outcome(Integer.parseInt(exitCode), new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
    }
}
