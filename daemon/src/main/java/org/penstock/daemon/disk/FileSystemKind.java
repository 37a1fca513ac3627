package org.penstock.daemon.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * What a successful {@code write()} is worth on the file system below a directory.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param type as the kernel calls it, such as {@code ext4}, {@code nfs4}, {@code gpfs}
 * @param isShared whether other machines serve or share it: an error can then come as late as fsync
 */
public record FileSystemKind(String type, boolean isShared) {
    private static final Set<String> SHARED = Set.of(
            "nfs",
            "nfs4",
            "lustre",
            "gpfs",
            "beegfs",
            "ceph",
            "cifs",
            "smb",
            "smb2",
            "smb3",
            "9p",
            "afs",
            "glusterfs",
            "orangefs",
            "pvfs2",
            "panfs",
            "wekafs",
            "quobyte",
            "sshfs",
            "ocfs2",
            "gfs2");

    /** Looks at a directory. */
    public static FileSystemKind of(Path directory) throws IOException {
        return ofType(Files.getFileStore(directory).type());
    }

    static FileSystemKind ofType(String type) {
        String name = type.toLowerCase(Locale.ROOT);
        String bare = name.startsWith("fuse.") ? name.substring("fuse.".length()) : name;
        return new FileSystemKind(type, SHARED.contains(bare) || bare.equals("fuse") || bare.equals("fuseblk"));
    }

    /** Returns the level of acknowledgement that a client gets which asks for none. */
    public String defaultLevel() {
        return isShared ? "durable" : "written";
    }

    /** Says in one sentence what {@code written} means here. */
    public String meaningOfWritten() {
        return isShared
                ? "on " + type + " a write can fail after it was accepted, as late as fsync: wait for durable"
                : "on " + type + " a written frame survives the death of the daemon, not a power cut";
    }
}
