package org.penstock.daemon.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.penstock.daemon.scan.ScanPlan;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.ProtocolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How scans ended, for those who ask after the daemon was started again. As many as the history keeps.
 *
 * <pre>
 *   DATA_DIR/.penstock/scans/SCAN-ID.json
 * </pre>
 *
 * <p><b>Threading:</b> confined to hdf5-writer, but for {@link #load}, which comes before it.
 */
public final class EndedScans {
    private static final Logger LOG = LoggerFactory.getLogger(EndedScans.class);

    private final Path folder;

    /** A scan that has ended, with what it was created by. */
    record Ended(ScanStatus status, ScanPlan plan) {}

    /** Keeps them below a data directory. */
    public EndedScans(Path dataDir) {
        folder = dataDir.resolve(".penstock").resolve("scans");
    }

    /** Makes the folder when there is something to keep: what is above it has its owner and mode by then. Nobody else reads what was said of a scan here. */
    private void makeFolder() throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(Objects.requireNonNull(folder.getParent()));
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** Returns the newest, oldest first, and removes the others. */
    List<Ended> load(int most) throws IOException {
        List<Path> files = oldestFirst();
        int surplus = Math.max(0, files.size() - most);
        for (Path file : files.subList(0, surplus)) {
            Files.deleteIfExists(file);
        }
        List<Ended> scans = new ArrayList<>();
        for (Path file : files.subList(surplus, files.size())) {
            try {
                scans.add(JsonBody.readLenient(Files.readAllBytes(file), Ended.class));
            } catch (IOException | ProtocolException e) {
                LOG.warn("ended scan not remembered: file={}: {}", file, e.getMessage());
                Files.deleteIfExists(file);
            }
        }
        return scans;
    }

    private List<Path> oldestFirst() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        Map<FileTime, List<Path>> byTime = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (!file.toString().endsWith(".json")) {
                    Files.deleteIfExists(file); // a kill left it between writing and naming
                    continue;
                }
                byTime.computeIfAbsent(Files.getLastModifiedTime(file), _ -> new ArrayList<>())
                        .add(file);
            }
        }
        List<Path> all = new ArrayList<>();
        byTime.values().forEach(files -> {
            Collections.sort(files);
            all.addAll(files);
        });
        return all;
    }

    /** Keeps one; that it cannot be kept is no fault of the scan. */
    void keep(Ended scan) {
        Path file = file(scan.status().id());
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            makeFolder();
            Files.writeString(temporary, JsonBody.text(scan), StandardCharsets.UTF_8);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn(
                    "end of a scan not kept: scan={}, file={}: {}",
                    scan.status().id(),
                    file,
                    e.getMessage());
        }
    }

    void forget(String id) {
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            LOG.warn("ended scan not forgotten: file={}: {}", file(id), e.getMessage());
        }
    }

    private Path file(String id) {
        return folder.resolve(id + ".json");
    }
}
