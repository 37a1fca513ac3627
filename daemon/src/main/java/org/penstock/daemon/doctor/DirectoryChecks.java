package org.penstock.daemon.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.disk.FileSystemKind;

/**
 * A directory that files go to: its file system, who may write there, how much room there is, how fast it takes bytes.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class DirectoryChecks {
    private static final long GIB = 1L << 30;
    private static final double SLOW_BYTES_PER_SECOND = 200e6;
    private static final Set<String> VOLATILE = Set.of("tmpfs", "ramfs", "overlay");

    private final Host host;
    private final DaemonConfig config;
    private final String name;
    private final Path directory;

    DirectoryChecks(Host host, DaemonConfig config, String name, Path directory) {
        this.host = host;
        this.config = config;
        this.name = name + " directory";
        this.directory = directory;
    }

    /** Returns the directory, or the first above it that is there: it may yet be made. */
    private Path existing() {
        Path path = directory;
        while (path.getParent() != null && !Files.exists(path)) {
            path = path.getParent();
        }
        return path;
    }

    Finding fileSystem() throws IOException {
        Path real = existing().toRealPath();
        String mounts = host.text("proc/self/mountinfo");
        Mount mount = mounts == null ? null : Mount.of(real, mounts);
        if (mount == null) {
            return Finding.unknown(name, directory + ": its mount is not in /proc/self/mountinfo");
        }
        String found = directory + " is on " + mount.type() + ", mounted at " + mount.point() + " ("
                + String.join(",", mount.options()) + ")";
        FileSystemKind kind = FileSystemKind.of(real);
        if (mount.options().contains("ro")) {
            return Finding.wrong(name, found, "nothing can be written", "mount -o remount,rw " + mount.point());
        }
        if (kind.isShared()) {
            return shared(mount, found);
        }
        if (VOLATILE.contains(mount.type())) {
            return Finding.costly(
                    name,
                    found,
                    "what is written there is gone with the machine, or with the container",
                    "let storage.data_dir be on a disk");
        }
        return mount.options().contains("sync")
                ? Finding.costly(
                        name, found, "every write waits for the disk", "mount -o remount,async " + mount.point())
                : Finding.good(name, found);
    }

    /** A word about file systems that other machines serve. */
    private Finding shared(Mount mount, String found) {
        String cost =
                "a write can fail after it was accepted, as late as fsync: clients wait for 'durable' by default, which costs a"
                        + " round trip to the server for each group of frames";
        if (mount.type().startsWith("nfs") && mount.options().contains("soft")) {
            return Finding.wrong(
                    name,
                    found,
                    "soft: when the server is slow, writes fail, and frames that were acknowledged as written are lost",
                    "mount it hard; and let storage.journal_dir be on a local disk");
        }
        String remedy = mount.type().startsWith("nfs")
                ? "let storage.journal_dir be on a local NVMe disk; mount with hard,nconnect=8 and large wsize"
                : mount.type().equals("gpfs")
                        ? "let storage.journal_dir be on a local NVMe disk; give the node a pagepool of some GiB"
                        : "let storage.journal_dir be on a local NVMe disk";
        return config.storage().journalDir() == null
                ? Finding.costly(name, found, cost, remedy)
                : Finding.good(name, found + ", journals apart");
    }

    Finding access() throws IOException {
        String check = name + ", who writes";
        Path real = existing().toRealPath();
        if (!Files.isWritable(real)) {
            return Finding.wrong(
                    check,
                    real + " is not writable for " + System.getProperty("user.name"),
                    "the daemon does not start",
                    "chown " + System.getProperty("user.name") + " " + real + "; under systemd also ReadWritePaths="
                            + real);
        }
        List<String> others = new ArrayList<>();
        for (Path path = real; path != null; path = path.getParent()) {
            String who = othersWho(path, path.equals(real));
            if (who != null) {
                others.add(who);
            }
        }
        PosixFileAttributes is = Files.readAttributes(real, PosixFileAttributes.class);
        String found =
                real + " belongs to " + is.owner().getName() + ":" + is.group().getName();
        return others.isEmpty()
                ? Finding.good(check, found + ", nobody else writes there")
                : Finding.costly(
                        check,
                        found + "; " + String.join("; ", others),
                        "any program that opens a file for writing can destroy it, HDF5 locks or not",
                        "chmod g-w,o-w " + real + "; let readers in by storage.group and storage.file_mode");
    }

    private static @Nullable String othersWho(Path path, boolean isDirectoryItself) throws IOException {
        PosixFileAttributes is = Files.readAttributes(path, PosixFileAttributes.class);
        boolean isSticky = ((int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 01000) != 0;
        if (is.permissions().contains(PosixFilePermission.OTHERS_WRITE) && !(isSticky && !isDirectoryItself)) {
            return "everybody may write in " + path;
        }
        boolean isGroupOfMany = !is.group().getName().equals("root")
                && !is.group().getName().equals(is.owner().getName());
        return is.permissions().contains(PosixFilePermission.GROUP_WRITE) && isGroupOfMany && !isSticky
                ? "the group " + is.group().getName() + " may write in " + path
                : null;
    }

    Finding room() throws IOException {
        String check = name + ", room";
        long free = Files.getFileStore(existing()).getUsableSpace();
        String found = Size.of(free) + " free";
        if (free < config.storage().freeBytesMin()) {
            return Finding.wrong(
                    check,
                    found + ", storage.free_bytes_min="
                            + Size.of(config.storage().freeBytesMin()),
                    "streams are refused",
                    "make room");
        }
        return free < 10 * GIB
                ? Finding.costly(
                        check,
                        found,
                        "full within a minute at 200 MB/s stored: streams then wait for room, and fail after"
                                + " storage.full_disk_wait",
                        "make room")
                : Finding.good(check, found);
    }

    /** Writes for two seconds at most, an eighth of the room at most, and until the disk has it. */
    Finding writeRate() throws IOException {
        String check = name + ", write rate";
        Path folder = existing();
        if (!Files.isWritable(folder)) {
            return Finding.unknown(check, "not writable");
        }
        double rate = DiskRate.of(folder).bytesPerSecond();
        String found = Size.of(rate) + "/s, written and synced";
        return rate >= SLOW_BYTES_PER_SECOND
                ? Finding.good(check, found)
                : Finding.costly(
                        check,
                        found,
                        "detectors whose frames, compressed, are more than that are held back",
                        "a faster disk, or several in a stripe; is another program writing?");
    }
}
