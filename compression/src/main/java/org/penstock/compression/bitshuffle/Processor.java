package org.penstock.compression.bitshuffle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** What Linux says about the processor. */
final class Processor {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private Processor() {}

    /** Returns whether the processor has a feature, by its name in {@code /proc/cpuinfo}; false where there is none. */
    static boolean hasFlag(String flag) {
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> Arrays.asList(line.split("\\s+", -1)).contains(flag))
                    .orElse(false);
        } catch (IOException _) {
            return false;
        }
    }
}
