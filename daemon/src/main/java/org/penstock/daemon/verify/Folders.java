package org.penstock.daemon.verify;

import java.io.IOException;
import java.nio.file.Path;

/** Where a file is. */
final class Folders {
    private Folders() {}

    /** Returns the folder that relative names in a file start from. */
    static Path of(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    /** Returns a folder without symbolic links on the way to it; as it is named when it is not there. */
    static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException _) {
            return folder.toAbsolutePath().normalize();
        }
    }
}
