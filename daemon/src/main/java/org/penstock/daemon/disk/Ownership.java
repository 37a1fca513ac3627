package org.penstock.daemon.disk;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Who may use a file or a folder: its group and its mode.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class Ownership {
    private Ownership() {}

    /**
     * Returns a group of this machine, by name or number.
     *
     * @throws IOException when there is none of that name
     */
    public static GroupPrincipal group(String name) throws IOException {
        return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByGroupName(name);
    }

    /**
     * Gives a file or folder to a group, then sets its mode: in the other order the system takes set-id bits away.
     *
     * @param group null to leave it with the one that it has
     * @param mode the twelve bits
     * @throws IOException when it is not permitted
     */
    public static void give(Path path, @Nullable GroupPrincipal group, int mode) throws IOException {
        if (group != null) {
            setGroup(path, group);
        }
        Files.setAttribute(path, "unix:mode", mode);
    }

    /** Gives a file or folder to a group. */
    public static void setGroup(Path path, GroupPrincipal group) throws IOException {
        Files.getFileAttributeView(path, PosixFileAttributeView.class).setGroup(group);
    }

    /** Returns the group that a file or folder has. */
    public static GroupPrincipal groupOf(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class).group();
    }
}
