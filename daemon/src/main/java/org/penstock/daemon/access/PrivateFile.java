package org.penstock.daemon.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/**
 * A file with a secret in it.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class PrivateFile {
    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private PrivateFile() {}

    /**
     * Sees to it that only the daemon's account, or root, may read a file.
     *
     * @throws IOException when others may, or there is none
     */
    public static void expect(Path file) throws IOException {
        Set<PosixFilePermission> open = EnumSet.copyOf(OTHERS);
        open.retainAll(permissions(file));
        if (!open.isEmpty()) {
            throw new IOException(
                    "others may read or write it: file=" + file + ", expected mode=0600 or 0400; chmod 600 " + file);
        }
    }

    private static Set<PosixFilePermission> permissions(Path file) throws IOException {
        try {
            return Files.readAttributes(file, PosixFileAttributes.class).permissions();
        } catch (NoSuchFileException e) {
            throw new IOException("no such file: file=" + file, e);
        }
    }
}
