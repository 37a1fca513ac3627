package org.penstock.daemon.nexus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.StorageException;

/**
 * Which file was found under a name: a master is replaced, never changed, so that another file means another content.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param key the file's identity; null when there was none
 * @param modifiedNs when it was written
 */
record FileVersion(@Nullable Object key, long modifiedNs) {
    private static final FileVersion NONE = new FileVersion(null, 0);

    static FileVersion of(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileVersion(
                    attributes.fileKey(), attributes.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS));
        } catch (NoSuchFileException _) {
            return NONE;
        } catch (IOException e) {
            throw StorageException.of("master not looked at: file=" + file, e);
        }
    }
}
