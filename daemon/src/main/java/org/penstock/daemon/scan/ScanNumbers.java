package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.ScanRequest;

/**
 * Hands out scan numbers. The folder is the number's claim: whoever makes it has it.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
final class ScanNumbers {
    private static final Pattern SCAN_FOLDER = Pattern.compile("scan(\\d{4,9})");

    private final Folders folders;
    private final Map<Path, Integer> lastNumbers = new HashMap<>();

    ScanNumbers(Folders folders) {
        this.folders = folders;
    }

    /** Makes the folder of the number that was asked for, or of the next free one. */
    int claim(ScanPaths paths, ScanRequest request) {
        Integer asked = request.number();
        if (asked != null) {
            StreamValues.range("scan.number", asked, 1, 999_999_999);
            if (!folders.makeNew(paths.scanFolder(asked))) {
                throw new ProtocolException(
                        ErrorCode.EXISTS,
                        "scan exists, nothing is overwritten: key=scan.number, actual=" + asked + ", folder="
                                + paths.scanFolder(asked) + "; leave the number out for the next free one");
            }
            return asked;
        }
        int number = lastNumbers.computeIfAbsent(paths.datasetFolder(), ScanNumbers::highest) + 1;
        while (!folders.makeNew(paths.scanFolder(number))) {
            number++;
        }
        lastNumbers.put(paths.datasetFolder(), number);
        return number;
    }

    /** Removes a folder that nothing came into: its scan was refused. */
    void giveBack(Path folder) {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException _) {
            // something is in it already: it stays, and its number is taken
        }
    }

    private static int highest(Path datasetFolder) {
        try (Stream<Path> entries = Files.list(datasetFolder)) {
            return entries.map(entry -> SCAN_FOLDER.matcher(String.valueOf(entry.getFileName())))
                    .filter(Matcher::matches)
                    .mapToInt(matcher -> Integer.parseInt(matcher.group(1)))
                    .max()
                    .orElse(0);
        } catch (IOException e) {
            throw StorageException.of("dataset folder not read: folder=" + datasetFolder, e);
        }
    }
}
