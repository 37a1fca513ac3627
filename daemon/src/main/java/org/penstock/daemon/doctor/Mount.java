package org.penstock.daemon.doctor;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code /proc/self/mountinfo}, as {@code proc(5)} describes it.
 *
 * @param point where it is mounted
 * @param type of the file system
 * @param options of the mount and of the file system
 */
record Mount(Path point, String type, List<String> options) {
    private static final int POINT = 4;
    private static final int MOUNT_OPTIONS = 5;

    /** Finds the mount that a path is on: the last one of the longest mount point above it. */
    static @Nullable Mount of(Path path, String mountInfo) {
        Mount found = null;
        for (String line : mountInfo.lines().toList()) {
            Mount mount = parse(line);
            if (mount != null
                    && path.startsWith(mount.point)
                    && (found == null || mount.point.getNameCount() >= found.point.getNameCount())) {
                found = mount;
            }
        }
        return found;
    }

    private static @Nullable Mount parse(String line) {
        String[] halves = line.split(" - ", 2);
        String[] first = halves[0].split(" ", -1);
        String[] second = halves.length < 2 ? new String[0] : halves[1].split(" ", -1);
        if (first.length <= MOUNT_OPTIONS || second.length < 3) {
            return null;
        }
        List<String> options = Stream.of(first[MOUNT_OPTIONS], second[2])
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .distinct()
                .toList();
        return new Mount(Path.of(unescaped(first[POINT])), second[0], options);
    }

    /** Blanks and the like are octal: {@code \040}. */
    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            boolean isOctal = text.charAt(i) == '\\'
                    && i + 3 < text.length()
                    && text.substring(i + 1, i + 4).matches("[0-3][0-7]{2}");
            plain.append(isOctal ? (char) Integer.parseInt(text.substring(i + 1, i + 4), 8) : text.charAt(i));
            i += isOctal ? 3 : 0;
        }
        return plain.toString();
    }
}
