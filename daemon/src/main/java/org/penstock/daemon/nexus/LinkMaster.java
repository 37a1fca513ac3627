package org.penstock.daemon.nexus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.Hdf5Group.ExternalTarget;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;

/**
 * Masters of datasets, samples and proposals: external links, one per scan, and nothing else.
 *
 * <p>Links are added to a copy, which is then published: one copy for as many links as there are to add.
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
     * Says whether a link can be made, without making it.
     *
     * @param link leads into the master's folder, or below
     * @return whether it is there already
     * @throws StorageException {@code EXISTS} when there is a link of that name that leads elsewhere, {@code PERMISSION} when the master is
     *     another program's, or any other
     */
    public boolean has(Path master, Link link) {
        requireDownward(link, master);
        if (!MasterFile.exists(master)) {
            return false;
        }
        try (Hdf5File file = Hdf5File.openReadOnly(master)) {
            MasterFile.requireOurs(file, master);
            return has(file, master, link);
        }
    }

    /**
     * A master that has more links than the one in place.
     *
     * @param publication what is to be published; null when all links are there already, or refused
     * @param refused those that cannot be made, since one of that name leads elsewhere
     */
    public record Addition(@Nullable Publication publication, List<StorageException> refused) {}

    /**
     * Prepares a master that has more links and shows the last one by default. It must be published before the next links are added to the
     * same master.
     *
     * @param links oldest first; those that are there already are left out
     * @throws StorageException {@code PERMISSION} when the master is another program's, or any other; the master is as it was
     */
    public Addition add(Path master, List<Link> links) {
        links.forEach(link -> requireDownward(link, master));
        Path temporary = Publication.temporaryFor(master);
        FileVersion basis = FileVersion.of(master);
        Hdf5File file = MasterFile.exists(master) ? copyOf(master, temporary) : Hdf5File.create(temporary);
        List<StorageException> refused = new ArrayList<>();
        boolean added = false;
        try {
            if (MasterFile.exists(master)) {
                MasterFile.requireOurs(file, master);
            } else {
                NexusTree.rootAttributes(file.root(), master, OffsetDateTime.now(clock));
            }
            added = addAll(file, master, links, refused);
            if (added) {
                file.flush();
                file.close();
            }
        } finally {
            if (!added || file.isPoisoned()) {
                MasterFile.abandon(file);
            }
        }
        return new Addition(added ? new Publication(temporary, master, basis) : null, refused);
    }

    /**
     * A link of a master.
     *
     * @param name such as {@code 1.1}
     * @param targetFile where it leads, relative to the master's folder, in it or below
     * @param targetPath path in that file
     */
    public record Link(String name, String targetFile, String targetPath) {
        public Link {
            if (name.contains("/")) {
                throw new IllegalArgumentException("link name with a slash: link=" + name);
            }
        }

        private ExternalTarget target() {
            return new ExternalTarget(targetFile, targetPath);
        }
    }

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
                requireDownward(link, master);
                file.root().externalLink(link.name(), link.target());
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

    /** Adds the links; returns whether there was one to add. */
    private static boolean addAll(Hdf5File file, Path master, List<Link> links, List<StorageException> refused) {
        String newest = null;
        for (Link link : links) {
            try {
                if (!has(file, master, link)) {
                    file.root().externalLink(link.name(), link.target());
                    newest = link.name();
                }
            } catch (StorageException e) {
                if (e.reason() != Reason.EXISTS) {
                    throw e;
                }
                refused.add(e);
            }
        }
        if (newest != null) {
            file.root().replaceAttribute("default", newest);
        }
        return newest != null;
    }

    private static boolean has(Hdf5File file, Path master, Link link) {
        if (!file.root().hasLink(link.name())) {
            return false;
        }
        @Nullable ExternalTarget present = file.root().externalTarget(link.name());
        if (link.target().equals(present)) {
            return true;
        }
        throw new StorageException(
                Reason.EXISTS,
                "link leads elsewhere: file=" + master + ", link=" + link.name() + ", present=" + present + ", wanted="
                        + link.target());
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

    private static void requireDownward(Link link, Path master) {
        Path file = Path.of(link.targetFile());
        if (file.isAbsolute() || file.startsWith("..") || !file.equals(file.normalize())) {
            throw new IllegalArgumentException("link that does not lead downwards: target=" + link.targetFile()
                    + ", master=" + master + ", expected=a path relative to the master's folder, without ..");
        }
    }
}
