package org.penstock.daemon.nexus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.Hdf5Group.ExternalTarget;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;

/**
 * Masters of datasets, samples and proposals: external links, one per scan, and nothing else.
 *
 * <p>A link is added to a copy, which is then published; the cost does not depend on how many scans there are.
 *
 * <p><b>Threading:</b> confined to {@code hdf5-writer}, and checked.
 */
public final class LinkMaster {
    private final Clock clock;

    /**
     * Writes masters.
     *
     * @param clock for {@code file_time} of a master that is new
     */
    public LinkMaster(Clock clock) {
        this.clock = clock;
    }

    /**
     * Prepares a master that has one more link and shows it by default. It must be published before the next link to the
     * same master is added.
     *
     * @param master path of the master, which is created when there is none
     * @param linkName name of the link, such as {@code 1.1}
     * @param targetFile where it leads, relative to the master's folder, in it or below
     * @param targetPath path in that file
     * @return what is to be published; empty when the link is there already
     * @throws StorageException {@code EXISTS} when there is a link of that name that leads elsewhere, {@code PERMISSION}
     *     when the master is another program's, or any other; the master is as it was
     */
    public Optional<Publication> addLink(Path master, String linkName, String targetFile, String targetPath) {
        ExternalTarget target = new ExternalTarget(targetFile, targetPath);
        requireRelative(target, master);
        if (linkName.contains("/")) {
            throw new IllegalArgumentException("link name with a slash: link=" + linkName + ", master=" + master);
        }
        Path temporary = Publication.temporaryFor(master);
        FileVersion basis = FileVersion.of(master);
        Hdf5File file = MasterFile.exists(master) ? copyOf(master, temporary) : Hdf5File.create(temporary);
        boolean added = false;
        try {
            added = addTo(file, master, linkName, target);
            if (added) {
                file.flush();
                file.close();
            }
        } finally {
            if (!added || file.isPoisoned()) {
                MasterFile.abandon(file);
            }
        }
        return added ? Optional.of(new Publication(temporary, master, basis)) : Optional.empty();
    }

    /**
     * A link of a master.
     *
     * @param name such as {@code 1.1}
     * @param targetFile where it leads, relative to the master's folder, in it or below
     * @param targetPath path in that file
     */
    public record Link(String name, String targetFile, String targetPath) {}

    /**
     * Makes a master anew and puts it in its place; the caller keeps others from doing the same.
     *
     * @param links oldest first; the last is shown by default
     * @param readable gives the new file its mode and group
     * @throws StorageException {@code PERMISSION} when there is a master of another program, or any other; what is in place stays as it is
     */
    void write(Path master, List<Link> links, Consumer<Path> readable) {
        MasterFile.requireOurs(master);
        Path temporary = Publication.temporaryFor(master);
        Hdf5File file = Hdf5File.create(temporary);
        boolean written = false;
        try {
            NexusTree.rootAttributes(file.root(), master, OffsetDateTime.now(clock));
            for (Link link : links) {
                ExternalTarget target = new ExternalTarget(link.targetFile(), link.targetPath());
                requireRelative(target, master);
                file.root().externalLink(link.name(), target);
            }
            file.root().attribute("default", links.getLast().name());
            file.flush();
            file.close();
            readable.accept(temporary);
            new Publication(temporary, master).publish();
            written = true;
        } finally {
            if (!written) {
                MasterFile.abandon(file);
            }
        }
    }

    /** Adds the link; returns false when it is there already. */
    private boolean addTo(Hdf5File file, Path master, String linkName, ExternalTarget target) {
        if (MasterFile.exists(master)) {
            MasterFile.requireOurs(file, master);
        } else {
            NexusTree.rootAttributes(file.root(), master, OffsetDateTime.now(clock));
        }
        if (file.root().hasLink(linkName)) {
            @Nullable ExternalTarget present = file.root().externalTarget(linkName);
            if (target.equals(present)) {
                return false;
            }
            throw new StorageException(
                    Reason.EXISTS,
                    "link leads elsewhere: file=" + master + ", link=" + linkName + ", present=" + present + ", wanted="
                            + target);
        }
        file.root().externalLink(linkName, target);
        file.root().replaceAttribute("default", linkName);
        return true;
    }

    private static Hdf5File copyOf(Path master, Path temporary) {
        try {
            Files.copy(master, temporary);
        } catch (IOException e) {
            Publication.deleteQuietly(temporary);
            throw StorageException.of("master not copied: file=" + master + ", temporary=" + temporary, e);
        }
        boolean opened = false;
        try {
            Hdf5File file = Hdf5File.openExisting(temporary);
            opened = true;
            return file;
        } finally {
            if (!opened) {
                Publication.deleteQuietly(temporary);
            }
        }
    }

    private static void requireRelative(ExternalTarget target, Path master) {
        Path file = Path.of(target.file());
        if (file.isAbsolute() || file.startsWith("..") || !file.equals(file.normalize())) {
            throw new IllegalArgumentException("link that does not lead downwards: target=" + target.file()
                    + ", master=" + master + ", expected=a path relative to the master's folder, without ..");
        }
    }
}
