package org.penstock.daemon.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

/** The foreign judge: runs lines of Python with NumPy, h5py and fabio, where they are installed. */
public final class Numpy {
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    private static final Map<String, Boolean> INSTALLED = new ConcurrentHashMap<>();

    private Numpy() {}

    /** Runs lines after {@code import numpy as np, …}; returns what they print. Skips the test where a module is missing. */
    public static String run(Path folder, String modules, String lines) throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.isExecutable(PYTHON), PYTHON + " is not installed");
        Assumptions.assumeTrue(
                INSTALLED.computeIfAbsent(modules, _ -> isInstalled(folder, modules)),
                PYTHON + " lacks one of " + modules);
        Path output = folder.resolve("python.out");
        Process process = start(folder, "import " + modules + "\n" + lines, output);
        int code = process.waitFor();
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        if (code != 0) {
            throw new AssertionError("python failed: " + printed);
        }
        return printed.strip();
    }

    private static boolean isInstalled(Path folder, String modules) {
        try {
            return start(folder, "import " + modules, folder.resolve("python.check"))
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Process start(Path folder, String script, Path output) throws IOException {
        return new ProcessBuilder(List.of(PYTHON.toString(), "-c", script))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /** Returns the folder of real detector data. Skips the test where it is absent. */
    public static Path realData() {
        String given = System.getenv("PENSTOCK_TEST_DATA");
        Path data = given != null
                ? Path.of(given)
                : Path.of(System.getProperty("penstock.root", ".."), "..", "shared", "data")
                        .normalize();
        Assumptions.assumeTrue(Files.isDirectory(data), "no real detector data: PENSTOCK_TEST_DATA or " + data);
        return data;
    }
}
