package org.penstock.daemon.config;

import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
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
 * @param group of both; null = what the system gives
 * @param journalDir folder of all journals, absolute; null = each beside the file that it is for
 * @param syncInterval how long a written frame of a durable stream waits until it is made to survive a power loss
 * @param syncBytes how many bytes wait for that at most
 * @param writebackBytes in what steps written bytes go to the disk and leave the page cache; 0 = both are the kernel's
 * @param freeBytesMin a stream is refused when less is free
 * @param fullDiskWait how long a stream waits for room on a full disk before it fails
 * @param limaRoot root of the directories that control systems name, absolute; null = {@code dataDir}
 */
public record StorageConfig(
        Path dataDir,
        @Reloadable PathTemplate pathTemplate,
        @Reloadable long partBytesMin,
        @Reloadable long partBytesMax,
        @Reloadable Duration partSeconds,
        @Reloadable int openParts,
        Duration masterInterval,
        FileMode fileMode,
        FileMode dirMode,
        @Nullable GroupPrincipal group,
        @Nullable Path journalDir,
        Duration syncInterval,
        long syncBytes,
        long writebackBytes,
        long freeBytesMin,
        Duration fullDiskWait,
        @Nullable Path limaRoot) {

    /** @throws ConfigurationException with every value that is refused */
    public StorageConfig {
        dataDir = dataDir.toAbsolutePath().normalize();
        journalDir = journalDir == null ? null : journalDir.toAbsolutePath().normalize();
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
                .time("sync_interval", syncInterval, Duration.ofMillis(1), Duration.ofHours(1))
                .bytes("sync_bytes", syncBytes, 1, 1024 * ByteSize.GIB)
                .bytes("writeback_bytes", writebackBytes, 0, 1024 * ByteSize.GIB)
                .bytes("free_bytes_min", freeBytesMin, 0, 1024 * ByteSize.GIB)
                .time("full_disk_wait", fullDiskWait, Duration.ZERO, Duration.ofDays(7))
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

    /** Returns the directories that files go to, by what they are for; those that are not apart from the data are left out. */
    public Map<String, Path> directories() {
        Map<String, Path> directories = new LinkedHashMap<>();
        directories.put("data", dataDir);
        if (journalDir != null && !journalDir.startsWith(dataDir)) {
            directories.put("journals", journalDir);
        }
        if (limaRoot != null && !limaRoot.startsWith(dataDir)) {
            directories.put("lima", limaRoot);
        }
        return directories;
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
                group,
                journalDir,
                syncInterval,
                syncBytes,
                writebackBytes,
                freeBytesMin,
                fullDiskWait,
                limaRoot);
    }
}
