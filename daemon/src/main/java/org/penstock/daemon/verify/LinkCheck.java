package org.penstock.daemon.verify;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.Hdf5Group.ExternalTarget;
import org.penstock.daemon.hdf5.Hdf5Link;
import org.penstock.daemon.hdf5.StorageException;

/**
 * Follows links to their end.
 *
 * <p><b>Threading:</b> confined to the thread that owns HDF5.
 */
final class LinkCheck {
    /** Proposal, dataset, scan: three; a ring of links has no end. */
    private static final int MAX_HOPS = 16;

    private static final int MAX_DEPTH = 6;

    private final Path path;
    private final Findings findings;

    LinkCheck(Path path, Findings findings) {
        this.path = path;
        this.findings = findings;
    }

    /** Follows the external links of the root, through other masters too. */
    void checkExternal(Hdf5Group root) {
        for (Hdf5Link link : root.links()) {
            String problem = follow(root, path, "/" + link.name(), MAX_HOPS);
            if (problem != null) {
                findings.problem(
                        Trouble.BROKEN_LINK,
                        "/" + link.name(),
                        "link leads nowhere",
                        "target=" + root.externalTarget(link.name()) + ", problem=" + problem);
            }
            findings.progress();
        }
    }

    private @Nullable String follow(Hdf5Group root, Path file, String object, int hops) {
        ExternalTarget target = root.hasLink(object) ? root.externalTarget(object) : null;
        if (target == null) {
            return root.leadsToObject(object) ? null : "no such object: file=" + file + ", path=" + object;
        }
        if (hops == 0) {
            return "links in a ring: file=" + file + ", path=" + object;
        }
        try {
            Path next = Folders.of(file).resolve(target.file());
            if (!Files.isRegularFile(next)) {
                return "no such file: file=" + next;
            }
            try (Hdf5File hdf5 = Hdf5File.openReadOnly(next)) {
                return follow(hdf5.root(), next, target.path(), hops - 1);
            }
        } catch (StorageException | InvalidPathException e) {
            return e.getMessage();
        }
    }

    /** Follows every soft link of the file. */
    void checkSoft(Hdf5Group root) {
        checkSoft(root, "", MAX_DEPTH);
    }

    private void checkSoft(Hdf5Group root, String group, int depth) {
        try (Hdf5Group open = root.openGroup(group.isEmpty() ? "/" : group)) {
            for (Hdf5Link link : open.links()) {
                String name = group + "/" + link.name();
                if (link.kind() == Hdf5Link.Kind.SOFT && !open.leadsToObject(link.name())) {
                    findings.problem(
                            Trouble.BROKEN_LINK, name, "link leads nowhere", "target=" + open.softTarget(link.name()));
                } else if (link.kind() == Hdf5Link.Kind.HARD && depth > 0 && open.isGroup(link.name())) {
                    checkSoft(root, name, depth - 1);
                }
            }
        }
        findings.progress();
    }
}
