package org.penstock.daemon.scan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.description.ScanMetadata;
import org.penstock.daemon.disk.Disk;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.GroupNames;
import org.penstock.daemon.nexus.ScanDescription;
import org.penstock.daemon.nexus.ScanProgress;
import org.penstock.daemon.nexus.WriterStatus;
import org.penstock.daemon.storage.StreamRecord;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.ScanRequest;

/**
 * What requests become with the configuration's defaults: a scan's description, a stream's record, places for their files.
 *
 * <p><b>Threading:</b> confined to hdf5-writer.
 */
record ScanDefaults(DaemonConfig config, Clock clock, Folders folders) {
    /** Refuses a scan when there are as many as may be, or its disk is full. */
    void requireRoom(Path folder, int openScans) {
        if (openScans >= config.limits().scans()) {
            throw new ProtocolException(
                    ErrorCode.BUSY,
                    "too many scans are open: open=" + openScans + ", limits.scans="
                            + config.limits().scans() + "; stop or abort some");
        }
        requireRoom(folder);
    }

    private void requireRoom(Path folder) {
        Path root = folder;
        while (!Files.exists(root) && root.getParent() != null) {
            root = root.getParent();
        }
        try {
            long free = Disk.usableBytes(root);
            if (free < config.storage().freeBytesMin()) {
                throw new ProtocolException(
                        ErrorCode.DISK_FULL,
                        "no space for another stream: freeBytes=" + free + ", storage.free_bytes_min="
                                + config.storage().freeBytesMin() + ", directory=" + root);
            }
        } catch (IOException e) {
            throw StorageException.of("free space not read: directory=" + root, e);
        }
    }

    StreamRecord stream(StreamPlan plan, StreamPlan.Settled terms, @Nullable Path scanFolder) {
        LimaNames lima = plan.lima();
        GroupNames groups =
                lima == null ? GroupNames.of(config.scan().instrumentName(), plan.detector()) : lima.groups();
        StreamRecord.Names names;
        if (lima == null) {
            if (scanFolder == null) {
                throw new ProtocolException(
                        ErrorCode.BAD_VALUE, "scan has no folder: say where the files go with lima.directory");
            }
            names = new StreamRecord.Names(scanFolder.toString(), plan.detector() + "_", "%04d", 0);
        } else {
            Path folder = limaFolder(lima, scanFolder);
            refuseExisting(folder.resolve(lima.fileName(0)));
            names = new StreamRecord.Names(folder.toString(), lima.prefix(), lima.indexFormat(), lima.nextNumber());
        }
        return plan.record(terms, groups, names);
    }

    /** A scan is a folder, whole by itself: its master shows no file outside. */
    private Path limaFolder(LimaNames lima, @Nullable Path scanFolder) {
        if (scanFolder != null && lima.directory().isEmpty()) {
            return scanFolder;
        }
        Path root = config.storage().effectiveLimaRoot();
        Path folder = resolve(root, lima.directory());
        if (scanFolder != null && !folder.startsWith(scanFolder)) {
            throw new ProtocolException(
                    ErrorCode.BAD_VALUE,
                    "folder is not its scan's: key=lima.directory, expected=" + scanFolder + " or below, actual="
                            + folder + "; leave lima.directory out, or say lima.master none");
        }
        folders.make(ScanPaths.requireBelow(root, folder));
        return folder;
    }

    /** Makes and returns the folder that a control system named, below the allowed root and nowhere else. */
    Path folderBelowRoot(String key, String directory) {
        Path root = config.storage().effectiveLimaRoot();
        Path folder = ScanPaths.requireBelow(root, resolve(root, LimaNames.folders(key, directory)));
        folders.make(folder);
        return folder;
    }

    private static Path resolve(Path root, List<String> names) {
        Path folder = root;
        for (String name : names) {
            folder = folder.resolve(name);
        }
        return folder;
    }

    private static void refuseExisting(Path file) {
        if (Files.exists(file)) {
            throw new ProtocolException(
                    ErrorCode.EXISTS,
                    "file exists, nothing is overwritten: file=" + file + "; choose another prefix or number");
        }
    }

    ScanDescription describe(ScanRequest request, ScanMetadata metadata, ScanPaths paths, int number) {
        OffsetDateTime now = OffsetDateTime.now(clock);
        return new ScanDescription(
                paths.identity(number),
                request.title() == null ? config.scan().title() : request.title(),
                request.startTime() == null ? now : startTime(request.startTime()),
                config.scan().instrumentName(),
                ScanProgress.running(WriterStatus.STARTING, now),
                metadata);
    }

    private static OffsetDateTime startTime(String text) {
        try {
            return OffsetDateTime.parse(text);
        } catch (DateTimeException e) {
            throw new ProtocolException(
                    ErrorCode.BAD_VALUE,
                    "no time: key=scan.start_time, expected=ISO 8601 with offset, actual=" + text,
                    e);
        }
    }

    static int streams(ScanRequest request) {
        return (int) StreamValues.orDefault("scan.streams", widened(request.streams()), 1, 1024);
    }

    /** Returns how many streams make the scan; 0 when that is open. */
    static int streams(ScanRequest request, ScanPlan plan) {
        int asked = streams(request);
        return plan.isOpenEnded()
                ? 0
                : plan.detectors().isEmpty() ? asked : plan.detectors().size();
    }

    /** Lets what the disk and the layout refuse be refused by the words of the wire. */
    static <T> T refusing(Supplier<T> opening) {
        try {
            return opening.get();
        } catch (StorageException e) {
            throw new ProtocolException(code(e.reason()), String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            // the layout refuses a name: a group or a field of that name is part of it
            throw new ProtocolException(ErrorCode.BAD_NAME, String.valueOf(e.getMessage()), e);
        }
    }

    private static ErrorCode code(StorageException.Reason reason) {
        return switch (reason) {
            case EXISTS -> ErrorCode.EXISTS;
            case NO_SPACE -> ErrorCode.DISK_FULL;
            case IO, PERMISSION, CORRUPT, STALE -> ErrorCode.STORAGE;
        };
    }

    private static @Nullable Long widened(@Nullable Integer value) {
        return value == null ? null : value.longValue();
    }
}
