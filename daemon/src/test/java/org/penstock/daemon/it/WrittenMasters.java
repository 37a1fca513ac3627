package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.LayoutJudge;

/** Holds the scan masters that daemons of tests leave against the ESRF's layout; one judge for all tests of a process. */
final class WrittenMasters {
    /** Of a thousand scans the last ones are enough. */
    private static final int MOST = 20;

    private static final boolean HAS_READER = ForeignReader.hasPython("h5py");

    private static @Nullable LayoutJudge judge;

    private WrittenMasters() {}

    static synchronized void judge(Path dataDir) {
        if (!HAS_READER || !Files.isDirectory(dataDir)) {
            return;
        }
        if (judge == null) {
            judge = new LayoutJudge();
        }
        for (Path master : newest(dataDir)) {
            assertThat(judge.problems(master)).as("layout of %s", master).isEmpty();
        }
    }

    private static List<Path> newest(Path dataDir) {
        try (Stream<Path> files = Files.walk(dataDir)) {
            List<Path> masters =
                    files.filter(WrittenMasters::isScanMaster).sorted().toList();
            return masters.subList(Math.max(0, masters.size() - MOST), masters.size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isScanMaster(Path file) {
        Path folder = file.getParent();
        return folder != null
                && folder.getFileName().toString().matches("scan[0-9]+")
                && file.endsWith(folder.getFileName() + ".h5")
                && Files.isRegularFile(file);
    }
}
