package org.penstock.daemon.nexus;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.penstock.daemon.hdf5.StorageException;

/**
 * Held while the link master of a folder is replaced, by whoever replaces it: two daemons that link into one proposal, {@code ./penstock relink}. It is a
 * hidden file of the folder, locked by the operating system, and stays when it is released.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class FolderLock implements AutoCloseable {
    private static final String NAME = ".penstock.links.lock";
    private static final long AGAIN_NS = 2_000_000;

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Waits until nobody else replaces link masters of the folder.
     *
     * @param readable gives a new file its mode and group
     */
    static FolderLock take(Path folder, Consumer<Path> readable) {
        Path file = folder.resolve(NAME);
        try {
            FileChannel channel = open(file, readable);
            boolean isLocked = false;
            try {
                lock(channel);
                isLocked = true;
                return new FolderLock(channel);
            } finally {
                if (!isLocked) {
                    channel.close();
                }
            }
        } catch (IOException e) {
            throw StorageException.of("folder of link masters not locked: folder=" + folder, e);
        }
    }

    /** Takes the lock with a file like another one that was made for the folder. */
    static FolderLock take(Path folder, Path model) {
        return take(folder, file -> {
            try {
                PosixFileAttributes attributes = Files.readAttributes(model, PosixFileAttributes.class);
                PosixFileAttributeView view =
                        Objects.requireNonNull(Files.getFileAttributeView(file, PosixFileAttributeView.class));
                view.setGroup(attributes.group());
                view.setPermissions(attributes.permissions());
            } catch (IOException e) {
                throw StorageException.of("mode and group not set: file=" + file, e);
            }
        });
    }

    private static FileChannel open(Path file, Consumer<Path> readable) throws IOException {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            readable.accept(file);
            return channel;
        } catch (FileAlreadyExistsException _) {
            return FileChannel.open(file, StandardOpenOption.WRITE);
        }
    }

    private static void lock(FileChannel channel) throws IOException {
        while (true) {
            try {
                channel.lock();
                return;
            } catch (OverlappingFileLockException _) {
                // another thread of this process: the system knows locks of processes only
                LockSupport.parkNanos(AGAIN_NS);
            }
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw StorageException.of("folder of link masters not released", e);
        }
    }
}
