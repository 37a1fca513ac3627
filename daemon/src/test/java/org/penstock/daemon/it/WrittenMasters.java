package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.LayoutJudge;

/** Has the files that daemons of tests leave judged: masters of scans and those above them, part files; one judge for all tests of a process. */
public final class WrittenMasters {
    /** Of a thousand scans the last ones are enough. */
    private static final int MOST = 20;

    private static final boolean HAS_READER = ForeignReader.hasPython("h5py");

    private static @Nullable LayoutJudge judge;

    private enum Kind {
        SCAN_MASTER,
        PART,
        LINK_MASTER;

        static Kind of(Path file) {
            String folder = String.valueOf(file.getParent().getFileName());
            if (!folder.matches("scan[0-9]+")) {
                return LINK_MASTER;
            }
            return file.endsWith(folder + ".h5") ? SCAN_MASTER : PART;
        }
    }

    private WrittenMasters() {}

    /** Expects nothing wrong with any of them. */
    public static synchronized void judge(Path dataDir) {
        if (!HAS_READER || !Files.isDirectory(dataDir)) {
            return;
        }
        if (judge == null) {
            judge = new LayoutJudge();
        }
        for (List<Path> files : files(dataDir).values()) {
            for (Path file : files.subList(Math.max(0, files.size() - MOST), files.size())) {
                assertThat(judge.problems(file)).as("layout of %s", file).isEmpty();
            }
        }
    }

    private static Map<Kind, List<Path>> files(Path dataDir) {
        try (Stream<Path> files = Files.walk(dataDir)) {
            return files.filter(WrittenMasters::isPublished).sorted().collect(Collectors.groupingBy(Kind::of));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isPublished(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(".h5") && !name.startsWith(".") && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }
}
