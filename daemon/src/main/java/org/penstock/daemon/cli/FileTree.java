package org.penstock.daemon.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The files below a folder as a tree, with their sizes. */
final class FileTree {
    private static final int NAME_COLUMNS = 46;

    private FileTree() {}

    /**
     * Returns a line for each folder and file; those whose name begins with a dot are left out.
     *
     * @throws IOException when a folder cannot be read
     */
    static List<String> lines(Path root) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(root + "/");
        add(lines, root, "  ");
        return lines;
    }

    private static void add(List<String> lines, Path folder, String indent) throws IOException {
        List<Path> entries;
        try (Stream<Path> all = Files.list(folder)) {
            entries = all.filter(entry -> !name(entry).startsWith(".")).sorted().toList();
        }
        for (Path entry : entries) {
            if (Files.isDirectory(entry)) {
                lines.add(indent + name(entry) + "/");
                add(lines, entry, indent + "  ");
            } else {
                String text = indent + name(entry);
                String gap = " ".repeat(Math.max(1, NAME_COLUMNS - text.length()));
                lines.add(text + gap + String.format(Locale.ROOT, "%10s", size(Files.size(entry))));
            }
        }
    }

    private static String name(Path entry) {
        return String.valueOf(entry.getFileName());
    }

    private static String size(long bytes) {
        return bytes < 1_000_000
                ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
                : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
