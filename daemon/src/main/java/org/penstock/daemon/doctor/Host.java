package org.penstock.daemon.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel says of this machine in {@code /proc} and {@code /sys}.
 *
 * <p><b>Threading:</b> any thread.
 *
 * @param root {@code /}; a test has one of its own
 */
record Host(Path root) {
    private static final Pattern MEMORY = Pattern.compile("(?m)^(\\w+):\\s+(\\d+) kB$");

    /** This machine. */
    static final Host THIS = new Host(Path.of("/"));

    /** Returns what is in a file, without the line end, or null when it is not there or not for us. */
    @Nullable String text(String path) {
        try {
            return Files.readString(root.resolve(path)).strip();
        } catch (IOException _) {
            return null;
        }
    }

    /** Returns the number in a file, or the one at a place among several. */
    OptionalLong number(String path, int place) {
        String text = text(path);
        String[] words = text == null ? new String[0] : text.split("\\s+", -1);
        return place < words.length && words[place].matches("\\d{1,18}")
                ? OptionalLong.of(Long.parseLong(words[place]))
                : OptionalLong.empty();
    }

    /** Returns a value of {@code /proc/meminfo} in bytes, such as {@code MemTotal}. */
    OptionalLong memoryBytes(String key) {
        String text = text("proc/meminfo");
        Matcher line = MEMORY.matcher(text == null ? "" : text);
        while (line.find()) {
            if (line.group(1).equals(key)) {
                return OptionalLong.of(Long.parseLong(line.group(2)) * 1024);
            }
        }
        return OptionalLong.empty();
    }

    /** Returns the choice of a file that shows all of them and has its own in brackets: {@code always [madvise] never}. */
    @Nullable String chosen(String path) {
        String text = text(path);
        int open = text == null ? -1 : text.indexOf('[');
        int close = text == null ? -1 : text.indexOf(']');
        return text == null || open < 0 || close < open ? null : text.substring(open + 1, close);
    }

    /** Returns the files and folders of a folder whose names match, in order; none when it is not there. */
    List<Path> list(String folder, String glob) {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(root.resolve(folder))) {
            all.filter(path ->
                            path.getFileSystem().getPathMatcher("glob:" + glob).matches(path.getFileName()))
                    .sorted()
                    .forEach(found::add);
        } catch (IOException _) {
            // not on this machine
        }
        return found;
    }
}
