package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.FileMode;
import org.penstock.daemon.config.StorageConfig;
import org.penstock.daemon.disk.Ownership;
import org.penstock.daemon.hdf5.StorageException;

/**
 * Makes folders and sets modes and groups as configured, so that users can read what the service account writes.
 *
 * <p><b>Threading:</b> immutable.
 */
final class Folders {
    private final FileMode fileMode;
    private final FileMode dirMode;
    private final @Nullable GroupPrincipal group;

    Folders(StorageConfig storage) {
        fileMode = storage.fileMode();
        dirMode = storage.dirMode();
        group = storage.group();
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
            Ownership.give(folder, group, dirMode.bits());
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

    /** Returns the name of the group of files, or null for what the system gives. */
    @Nullable String group() {
        return group == null ? null : group.getName();
    }

    /** Gives a file the configured mode and group. */
    void readable(Path file) {
        try {
            Ownership.give(file, group, fileMode.bits());
        } catch (IOException e) {
            throw StorageException.of(
                    "mode and group not set: file=" + file + ", mode=" + fileMode + ", group=" + group, e);
        }
    }
}
