package org.penstock.daemon.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code penstock recover} in a JVM of its own. */
final class Recovery {
    private static final long LONGEST_S = 120;

    private Recovery() {}

    /**
     * How it ended.
     *
     * @param exitCode 0 all good, 1 readable with named losses, 2 could not, 137 killed
     * @param output all that it said
     */
    record Outcome(int exitCode, String output) {}

    /** Recovers folders, behind a command such as strace's, or none. */
    static Outcome run(List<String> wrapper, List<Path> folders) throws IOException, InterruptedException {
        return run(wrapper, List.of(), folders);
    }

    /** The same with options of {@code recover}. */
    static Outcome run(List<String> wrapper, List<String> options, List<Path> folders)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(command());
        command.addAll(options);
        folders.forEach(folder -> command.add(folder.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LONGEST_S, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("recover does not end: " + said);
        }
        return new Outcome(process.exitValue(), said);
    }

    /** Returns the command that folders are appended to. */
    static List<String> command() throws IOException {
        return DaemonProcess.command(List.of("recover"));
    }
}
