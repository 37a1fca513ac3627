package org.penstock.daemon.verify;

import java.nio.file.Path;

/** Where a file is. */
final class Folders {
    private Folders() {}

    /** Returns the folder that relative names in a file start from. */
    static Path of(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }
}
