package org.penstock.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.ConfigurationException;
import org.penstock.daemon.config.StorageConfig;
import org.penstock.daemon.disk.Ownership;

/**
 * The data directory, held by one daemon: checked to be there, writable and not full, and locked against a second daemon.
 *
 * <p><b>Threading:</b> opened and closed by who starts the daemon.
 */
public final class DataDirectory implements AutoCloseable {
    private static final String LOCK_NAME = ".penstock.lock";

    /** Below this nothing useful fits. */
    private static final long LEAST_FREE_BYTES = 16L << 20;

    private final FileChannel channel;

    private DataDirectory(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens it; makes it when only the last folder is not there. Throws {@link ConfigurationException} with what to do. */
    static DataDirectory open(StorageConfig storage) {
        Path directory = storage.dataDir();
        boolean isNew = false;
        try {
            if (!Files.isDirectory(directory)) {
                Path parent = directory.getParent();
                if (Files.exists(directory) || parent == null || !Files.isDirectory(parent)) {
                    throw refused(directory, "is missing, and so is the folder above it; create it", null);
                }
                Files.createDirectory(directory);
                isNew = true;
            }
            if (!Files.isWritable(directory)) {
                throw refused(directory, "is not writable for this user", null);
            }
            long free = Files.getFileStore(directory).getUsableSpace();
            if (free < LEAST_FREE_BYTES) {
                throw refused(directory, "is full: freeBytes=" + free + ", expected>=" + LEAST_FREE_BYTES, null);
            }
            GroupCheck.check(storage);
            if (isNew && storage.group() != null) {
                Ownership.setGroup(directory, storage.group());
            }
            return lock(directory);
        } catch (IOException e) {
            throw refused(directory, "cannot be used: " + e, e);
        }
    }

    /**
     * Holds a directory without any demand on it, so that no daemon works in it meanwhile.
     *
     * @throws IOException when a daemon holds it
     */
    public static DataDirectory hold(Path directory) throws IOException {
        try {
            return lock(directory);
        } catch (ConfigurationException e) {
            throw new IOException(e.getMessage() + "; a daemon recovers what is in its directory by itself", e);
        }
    }

    private static DataDirectory lock(Path directory) throws IOException {
        Path file = directory.resolve(LOCK_NAME);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                noteHolder(channel);
                return new DataDirectory(channel);
            }
        } catch (OverlappingFileLockException _) {
            // held by a daemon in this virtual machine
        }
        channel.close();
        throw refused(directory, "is held by another daemon, which has locked " + file, null);
    }

    /** For people who find the lock: whose it is. */
    private static void noteHolder(FileChannel channel) throws IOException {
        String holder = "{\"pid\":" + ProcessHandle.current().pid() + ",\"instance\":\"" + UUID.randomUUID()
                + "\",\"since\":\"" + Instant.now() + "\"}\n";
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)), 0);
    }

    private static ConfigurationException refused(Path directory, String problem, @Nullable Throwable cause) {
        return new ConfigurationException(
                "data directory " + directory + " " + problem + " (storage.data_dir or --data-dir)", cause);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // the lock goes with the process in any case
        }
    }
}
