package org.penstock.daemon.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.penstock.daemon.hdf5.ForeignReader;

/** Commands that put a process under strace, the process keeping its id; for {@link DaemonProcess.Setting#wrapper}. */
final class Strace {
    /** The calls that change files and that a JVM does not make by itself. */
    static final List<String> CHANGES =
            List.of("pwrite64", "fdatasync", "fsync", "rename", "unlink", "ftruncate", "mkdir", "fallocate");

    private static final Pattern CALL = Pattern.compile("^(\\d+) +(\\w+)\\(.*");

    private static final Pattern WRITTEN = Pattern.compile(" pwrite64\\(\\d+<([^>]*)>");

    private Strace() {}

    /** Skips the test where strace is not installed or may not trace. */
    static void assumeInstalled() {
        ForeignReader.assumeProgram("strace");
        ForeignReader.assumeProgram("strace -f -o /dev/null true >/dev/null 2>&1 && echo true");
    }

    /** Does something to the calls that {@code injection} names, such as {@code pwrite64:error=EIO:when=7}; see strace(1). */
    static List<String> inject(String injection, Path log) {
        String calls = injection.substring(0, injection.indexOf(':'));
        return command(log, "trace=" + calls, "inject=" + injection);
    }

    /** The same, only for calls on this file; they are counted apart from others'. */
    static List<String> inject(String injection, Path log, Path file) {
        List<String> command = new ArrayList<>(inject(injection, log));
        command.addAll(List.of("-P", file.toString()));
        return command;
    }

    /** Returns how many calls were tampered with, as a log of {@link #inject} tells. */
    static long injected(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains("(INJECTED)") || line.contains("(DELAYED)"))
                    .count();
        }
    }

    /** Returns the files below a folder that were written to, as {@link #log} of pwrite64 tells. */
    static Set<Path> written(Path log, Path below) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.map(WRITTEN::matcher)
                    .filter(Matcher::find)
                    .map(written -> Path.of(written.group(1)))
                    .filter(file -> file.startsWith(below))
                    .collect(Collectors.toSet());
        }
    }

    /** Writes these calls into a file, with the paths of descriptors. */
    static List<String> log(List<String> calls, Path log) {
        return command(log, "trace=" + String.join(",", calls));
    }

    private static List<String> command(Path log, String... expressions) {
        List<String> command = new ArrayList<>(List.of("strace", "-D", "-f", "-qq", "-y", "-s", "0"));
        command.addAll(List.of("-o", log.toString()));
        for (String expression : expressions) {
            command.addAll(List.of("-e", expression));
        }
        return command;
    }

    /** One call of a thread, as {@code when=} of an injection counts: by thread and name. */
    record Point(String call, int number) {
        String kill() {
            return call + ":signal=SIGKILL:when=" + number;
        }
    }

    /** Reads a log: each call that a thread made on files below a folder, in the order in which they were made. */
    static List<Point> points(Path log, Path below) throws IOException {
        Map<String, Integer> counts = new HashMap<>();
        Set<Point> points = new LinkedHashSet<>();
        for (String line : Files.readAllLines(log)) {
            Matcher call = CALL.matcher(line);
            if (call.matches()) {
                int number = counts.merge(call.group(1) + call.group(2), 1, Integer::sum);
                if (line.contains(below.toString())) {
                    points.add(new Point(call.group(2), number));
                }
            }
        }
        return List.copyOf(points);
    }
}
