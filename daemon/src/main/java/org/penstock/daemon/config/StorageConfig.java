package org.penstock.daemon.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where files go, how large they grow and who may read them.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param dataDir root of all that is written, absolute
 * @param pathTemplate folder of a dataset below it
 * @param partBytesMin uncompressed frame bytes that a part has at least, whatever the rate
 * @param partBytesMax uncompressed frame bytes that a part has at most
 * @param partSeconds how often a part should close at the expected rate
 * @param openParts part files of one stream that are open at the same time
 * @param masterInterval shortest time between two rewrites of a scan's master
 * @param fileMode of every file
 * @param dirMode of every folder that the daemon creates
 * @param limaRoot root of the directories that control systems name, absolute; null = {@code dataDir}
 */
public record StorageConfig(
        Path dataDir,
        PathTemplate pathTemplate,
        long partBytesMin,
        long partBytesMax,
        Duration partSeconds,
        int openParts,
        Duration masterInterval,
        FileMode fileMode,
        FileMode dirMode,
        @Nullable Path limaRoot) {

    /** @throws ConfigurationException with every value that is refused */
    public StorageConfig {
        dataDir = dataDir.toAbsolutePath().normalize();
        limaRoot = limaRoot == null ? null : limaRoot.toAbsolutePath().normalize();
        new SectionCheck("storage")
                .bytes("part_bytes_min", partBytesMin, 1, 1024 * ByteSize.GIB)
                .that(
                        partBytesMax >= partBytesMin && partBytesMax <= 1024 * ByteSize.GIB,
                        "part_bytes_max",
                        "storage.part_bytes_min (" + ByteSize.format(partBytesMin) + ") to 1024 GiB",
                        ByteSize.format(partBytesMax))
                .time("part_seconds", partSeconds, Duration.ofMillis(1), Duration.ofHours(24))
                .count("open_parts", openParts, 1, 64)
                .time("master_interval", masterInterval, Duration.ofMillis(1), Duration.ofHours(1))
                .that(
                        (fileMode.bits() & 0600) == 0600 && (fileMode.bits() & ~0777) == 0,
                        "file_mode",
                        "a mode that lets the owner read and write (0600), without set-id bits",
                        fileMode)
                .that(
                        (dirMode.bits() & 0700) == 0700 && (dirMode.bits() & 04000) == 0,
                        "dir_mode",
                        "a mode that lets the owner do all (0700), without set-user-id",
                        dirMode)
                .refuseProblems();
    }

    /** Returns the root of directories that control systems name, whether it was set or not. */
    public Path effectiveLimaRoot() {
        return limaRoot == null ? dataDir : limaRoot;
    }

    StorageConfig withDataDir(Path newDataDir) {
        return new StorageConfig(
                newDataDir,
                pathTemplate,
                partBytesMin,
                partBytesMax,
                partSeconds,
                openParts,
                masterInterval,
                fileMode,
                dirMode,
                limaRoot);
    }
}
