package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.penstock.daemon.config.FileMode;
import org.penstock.daemon.config.StorageConfig;
import org.penstock.daemon.hdf5.StorageException;

/**
 * Makes folders and sets modes as configured, so that users can read what the service account writes.
 *
 * <p><b>Threading:</b> immutable.
 */
final class Folders {
    private final FileMode fileMode;
    private final FileMode dirMode;

    Folders(StorageConfig storage) {
        fileMode = storage.fileMode();
        dirMode = storage.dirMode();
    }

    /** Makes a folder and those above it where they are not there. */
    void make(Path folder) {
        Deque<Path> absent = new ArrayDeque<>();
        for (Path step = folder; step != null && !Files.isDirectory(step); step = step.getParent()) {
            absent.push(step);
        }
        for (Path step : absent) {
            makeNew(step);
        }
    }

    /** Makes one folder and returns false when it is already there. */
    boolean makeNew(Path folder) {
        try {
            Files.createDirectory(folder);
            setMode(folder, dirMode);
            return true;
        } catch (FileAlreadyExistsException _) {
            return false;
        } catch (IOException e) {
            throw StorageException.of("folder not made: folder=" + folder, e);
        }
    }

    /** Returns the mode of files. */
    int fileMode() {
        return fileMode.bits();
    }

    /** Gives a file the configured mode. */
    void readable(Path file) {
        try {
            setMode(file, fileMode);
        } catch (IOException e) {
            throw StorageException.of("mode not set: file=" + file + ", mode=" + fileMode, e);
        }
    }

    private static void setMode(Path path, FileMode mode) throws IOException {
        Files.setAttribute(path, "unix:mode", mode.bits());
    }
}
