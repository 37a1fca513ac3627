package org.penstock.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder of its own for one benchmark; gone when it is closed.
 *
 * <p><b>Threading:</b> any thread.
 */
final class WorkFolder implements Closeable {
    /** What frames and a few seconds of files need. */
    private static final long ROOM_BYTES = 4L << 30;

    private static final Path MEMORY = Path.of("/dev/shm");
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    private final Path path;

    private WorkFolder(Path parent) throws IOException {
        path = Files.createTempDirectory(parent, "penstock-bench-");
    }

    /** Makes one in a folder. */
    static WorkFolder in(Path parent) throws IOException {
        return new WorkFolder(parent);
    }

    /** Makes one in memory where there is room, else in the temporary directory. */
    static WorkFolder inMemory() throws IOException {
        boolean hasRoom = Files.isDirectory(MEMORY)
                && Files.isWritable(MEMORY)
                && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM_BYTES;
        return new WorkFolder(hasRoom ? MEMORY : Path.of(System.getProperty("java.io.tmpdir")));
    }

    Path path() {
        return path;
    }

    /** Returns whether what is written into it goes to a disk. */
    boolean isOnDisk() throws IOException {
        return !IN_MEMORY.contains(Files.getFileStore(path).type());
    }

    /** Returns how much may be written into it without filling what it is on. */
    long room() throws IOException {
        return Files.getFileStore(path).getUsableSpace() / 3;
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(path)) {
            removeAll(path);
        }
    }

    /** Removes a folder and all that is in it. */
    static void removeAll(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
