package org.penstock.daemon.nexus;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.hdf5.StorageException;

/**
 * The link masters of a place as they follow from the scan masters that lie there: nothing else is asked, so that they can be lost.
 *
 * <p><b>Threading:</b> confined to the thread that owns HDF5.
 */
public final class LinkTree {
    private final LinkMaster links;
    private final Consumer<Path> readable;
    private final Map<Path, ScanFile> known = new HashMap<>();
    private final List<Outcome> outcomes = new ArrayList<>();

    /**
     * What became of one master.
     *
     * @param scans how many it links to
     * @param problem why it was not written, or null
     */
    public record Outcome(Path file, int scans, @Nullable String problem) {}

    /**
     * Makes link masters anew.
     *
     * @param readable gives a new file its mode and group
     */
    public LinkTree(LinkMaster links, Consumer<Path> readable) {
        this.links = links;
        this.readable = readable;
    }

    /**
     * Makes all link masters anew that lie in a folder or below.
     *
     * @return what became of them, and of scan masters that cannot be linked
     * @throws IOException when the folder cannot be looked through
     */
    public List<Outcome> rebuild(Path place) throws IOException {
        outcomes.clear();
        Path folder = place.toRealPath();
        Map<Path, Master> masters = new TreeMap<>();
        for (ScanFile scan : scans(folder)) {
            for (Master master : scan.masters()) {
                if (master.file().startsWith(folder)) {
                    masters.putIfAbsent(master.file(), master);
                }
            }
        }
        for (Master master : masters.values()) {
            rebuild(master);
        }
        return List.copyOf(outcomes);
    }

    /**
     * A link master.
     *
     * @param root folder that its scans are below
     * @param isOfDataset whether its links are called by the entry alone
     */
    record Master(Path file, Path root, boolean isOfDataset) {}

    /** Who links at the same time waits, and finds what was written here; a scan that it made before is found here. */
    private void rebuild(Master master) throws IOException {
        try (FolderLock _ = FolderLock.take(master.root(), readable)) {
            List<LinkMaster.Link> all = new ArrayList<>();
            for (ScanFile scan : scans(master.root())) {
                if (scan.masters().contains(master)) {
                    Path target = master.isOfDataset() ? scan.file() : scan.datasetFile();
                    String name = master.isOfDataset() ? scan.entry() : scan.collection() + "_" + scan.entry();
                    all.add(new LinkMaster.Link(
                            name, master.root().relativize(target).toString(), "/" + scan.entry()));
                }
            }
            links.write(master.file(), all, readable);
            outcomes.add(new Outcome(master.file(), all.size(), null));
        } catch (StorageException e) {
            outcomes.add(new Outcome(master.file(), 0, e.getMessage()));
        }
    }

    /** Returns the scan masters below a folder, oldest first. */
    private List<ScanFile> scans(Path folder) throws IOException {
        List<ScanFile> scans = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && ScanFile.isNamedLikeOne(file)) {
                    ScanFile scan = known.computeIfAbsent(file, LinkTree.this::read);
                    if (scan.problem() == null) {
                        scans.add(scan);
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
        scans.sort(Comparator.comparing(ScanFile::startTime).thenComparing(ScanFile::file));
        return scans;
    }

    private ScanFile read(Path file) {
        ScanFile scan = ScanFile.read(file);
        if (scan.problem() != null) {
            outcomes.add(new Outcome(file, 0, scan.problem()));
        }
        return scan;
    }
}
