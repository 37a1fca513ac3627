package org.penstock.daemon.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.PythonAtHand;

/** The foreign judge: runs lines of Python with NumPy, h5py and fabio, where they are installed. */
public final class Numpy {
    private Numpy() {}

    /** Runs lines after {@code import numpy as np, …}; returns what they print. Skips the test where a module is missing. */
    public static String run(Path folder, String modules, String lines) throws IOException {
        ForeignReader.assumePython(modules);
        PythonAtHand.Outcome outcome = PythonAtHand.code(folder, "import " + modules + "\n" + lines, List.of());
        if (outcome.exitCode() != 0) {
            throw new AssertionError("python failed: " + outcome.said());
        }
        return outcome.said().strip();
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
