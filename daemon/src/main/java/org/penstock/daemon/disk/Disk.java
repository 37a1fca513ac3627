package org.penstock.daemon.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.disk.ffi.Posix;

/**
 * Makes files and folders survive a power loss.
 *
 * <p><b>Threading:</b> any thread.
 */
public final class Disk {
    private Disk() {}

    /** Waits until a file's bytes and length are on the disk. */
    public static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Waits until the names in a folder are on the disk. */
    public static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Waits until a path can be found after a power loss: its folder, and every folder above it up to and with {@code root}. */
    public static void syncPath(Path file, Path root) throws IOException {
        Path end = root.toAbsolutePath().normalize();
        @Nullable Path folder = file.toAbsolutePath().normalize().getParent();
        while (folder != null) {
            syncFolder(folder);
            if (folder.equals(end) || !folder.startsWith(end)) {
                return;
            }
            folder = folder.getParent();
        }
    }

    /** Waits until files, and the paths to them from {@code root}, are on the disk. */
    public static void syncAll(List<Path> files, Path root) throws IOException {
        for (Path file : files) {
            sync(file);
            syncPath(file, root);
        }
    }

    /**
     * Has the next reader of a file read what is on the disk. After a failed sync the kernel goes on showing what it could not write, and calls it clean.
     */
    public static void dropCache(Path file) throws IOException {
        int error = Posix.dropCache(file);
        if (error != 0) {
            throw new IOException("page cache not dropped: file=" + file + ", errno=" + error);
        }
    }

    /** Returns what users of this process may still write below a folder, in bytes. */
    public static long usableBytes(Path folder) throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }
}
