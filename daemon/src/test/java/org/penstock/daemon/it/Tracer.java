package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The C libraries of {@code src/it} that are loaded into a daemon, and {@code replay.py}, which reads what one of them wrote. */
final class Tracer {
    private static final List<String> GCC = List.of(
            "gcc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-shared", "-fPIC");

    private final Path library;
    private final Path root;
    private final Path trace;

    private Tracer(Path library, Path root, Path trace) {
        this.library = library;
        this.root = root;
        this.trace = trace;
    }

    /** Traces what is done below {@code root}, which is made and must be empty; {@code folder} takes library and trace. */
    static Tracer of(Path folder, Path root) throws IOException, InterruptedException {
        Files.createDirectories(root);
        return new Tracer(compile("powerloss/trace.c", folder), root, folder.resolve("trace"));
    }

    /** Compiles a library of {@code src/it}, with all warnings; returns it. */
    static Path compile(String source, Path folder) throws IOException, InterruptedException {
        Path library = folder.resolve(source.replaceAll(".*/|\\.c$", "") + ".so");
        List<String> command = new ArrayList<>(GCC);
        command.addAll(List.of(
                "-o", library.toString(), AckJudge.SCRIPTS.resolve(source).toString()));
        assertThat(run(command)).as("warnings of gcc").isEmpty();
        return library;
    }

    DaemonProcess.Setting in(DaemonProcess.Setting setting) {
        return setting.environment("LD_PRELOAD", library.toString())
                .environment("POWERLOSS_ROOT", root.toString())
                .environment("POWERLOSS_TRACE", trace.toString());
    }

    /** Returns the traces of all processes. */
    List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(trace.getParent())) {
            return all.filter(file -> file.getFileName().toString().startsWith("trace."))
                    .filter(file -> !file.toString().endsWith(".so"))
                    .map(Path::toString)
                    .sorted()
                    .toList();
        }
    }

    /** Rebuilds states, has them recovered and judged; returns what it printed. */
    String replay(List<String> options, List<AckClient> clients) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-B"));
        command.add(AckJudge.SCRIPTS.resolve("powerloss/replay.py").toString());
        Path file = Path.of(clients.getFirst().opened().path("dataset_file").asText());
        command.addAll(List.of("--file", root.toRealPath().relativize(file).toString()));
        command.addAll(
                List.of("--entry", clients.getFirst().opened().path("entry").asText()));
        command.addAll(AckJudge.streams(clients));
        clients.forEach(client -> command.addAll(List.of("--log", client.log().toString())));
        command.addAll(options);
        command.addAll(files());
        command.add("--");
        command.addAll(Recovery.command());
        return run(command);
    }

    /** Runs a program; returns what it prints on both outputs. */
    static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return said.strip();
        } catch (UncheckedIOException e) {
            throw new IOException(command.getFirst(), e);
        }
    }
}
