package org.penstock.daemon.verify;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.penstock.daemon.hdf5.ChunkedDataset;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.Hdf5Group;
import org.penstock.daemon.hdf5.Hdf5Link;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.verify.FileReport.Kind;

/**
 * Looks at one file: what it is, and whether all of it is as it should be.
 *
 * <p><b>Threading:</b> confined to the thread that owns HDF5.
 */
final class FileCheck {
    private static final String CREATOR = "penstock";

    private final Path path;
    private final Findings findings;

    private FileCheck(Path path, Findings findings) {
        this.path = path;
        this.findings = findings;
    }

    /**
     * Checks a file.
     *
     * @param progress called every now and then
     */
    static FileReport check(Path path, Runnable progress) {
        Findings findings = new Findings(path.toString(), progress);
        // a pipe would keep libhdf5 waiting
        if (!Files.isRegularFile(path)) {
            findings.problem(
                    Trouble.UNREADABLE,
                    "file cannot be read: file=" + path + ", problem="
                            + (Files.exists(path) ? "not a regular file" : "no such file"));
            return findings.report();
        }
        try (Hdf5File file = Hdf5File.openReadOnly(path)) {
            new FileCheck(path, findings).check(file.root());
        } catch (StorageException e) {
            findings.problem(Trouble.UNREADABLE, "file cannot be read: file=" + path + ", problem=" + e.getMessage());
        }
        return findings.report();
    }

    private void check(Hdf5Group root) {
        List<Hdf5Link> links = root.links();
        List<DetectorGroup> detectors = detectors(root);
        boolean isOurs = CREATOR.equals(root.stringAttribute("creator"))
                || detectors.stream().anyMatch(DetectorGroup::hasIntegrity);
        boolean isScan = links.stream().anyMatch(link -> isGroup(root, link) && isScan(root, link.name()));
        if (!isOurs) {
            findings.kind(Kind.FOREIGN);
            findings.note("another program's file, not checked: file=" + path);
        } else if (detectors.stream().anyMatch(DetectorGroup::isInPart)) {
            findings.kind(Kind.PART);
            checkEntries(root, links, detectors);
        } else if (isScan) {
            findings.kind(Kind.SCAN_MASTER);
            checkEntries(root, links, detectors);
        } else if (!links.isEmpty() && links.stream().allMatch(link -> link.kind() == Hdf5Link.Kind.EXTERNAL)) {
            findings.kind(Kind.LINK_MASTER);
            new LinkCheck(path, findings).checkExternal(root);
        } else {
            findings.problem(
                    Trouble.UNREADABLE,
                    "file of penstock without what it should hold: file=" + path + ", links=" + links);
        }
    }

    private void checkEntries(Hdf5Group root, List<Hdf5Link> links, List<DetectorGroup> detectors) {
        boolean hasEnded = true;
        for (Hdf5Link link : links) {
            if (isGroup(root, link) && !root.hasLink("/" + link.name() + "/end_time")) {
                hasEnded = false;
                findings.problem(
                        Trouble.UNFINISHED,
                        "/" + link.name(),
                        "not closed",
                        "expected=end_time; a daemon writes it still, or was killed: see ./penstock recover");
            }
        }
        for (DetectorGroup detector : detectors) {
            try {
                checkData(root, detector, hasEnded);
            } catch (StorageException e) {
                findings.problem(
                        Trouble.UNREADABLE, detector.dataPath(), "frames cannot be read", "problem=" + e.getMessage());
            }
        }
        new LinkCheck(path, findings).checkSoft(root);
    }

    private void checkData(Hdf5Group root, DetectorGroup detector, boolean hasEnded) {
        boolean isVirtual;
        try (Hdf5Dataset data = root.openDataset(detector.dataPath())) {
            isVirtual = data.isVirtual();
            if (isVirtual) {
                new SourceCheck(path, detector, findings).run(data, hasEnded);
            }
        }
        if (!isVirtual) {
            try (ChunkedDataset data = root.openChunked(detector.dataPath())) {
                new FrameCheck(detector, data, findings).run(path, !hasEnded);
            }
        }
    }

    private static boolean isScan(Hdf5Group root, String entry) {
        return root.hasLink("/" + entry + "/writer") && root.hasLink("/" + entry + "/instrument");
    }

    /** Returns the groups with {@code data} three levels down: entry, instrument, detector. */
    private static List<DetectorGroup> detectors(Hdf5Group root) {
        List<DetectorGroup> detectors = new ArrayList<>();
        for (String entry : groups(root, "")) {
            for (String instrument : groups(root, entry)) {
                if (instrument.endsWith("/measurement")) {
                    continue;
                }
                for (String detector : groups(root, instrument)) {
                    if (isMeasured(root, detector)) {
                        datasets(root, detector)
                                .forEach(name -> detectors.add(new DetectorGroup(root, detector, name)));
                    }
                }
            }
        }
        return detectors;
    }

    private static boolean isMeasured(Hdf5Group root, String path) {
        try (Hdf5Group group = root.openGroup(path)) {
            String nexusClass = group.stringAttribute("NX_class");
            return "NXdetector".equals(nexusClass) || "NXpositioner".equals(nexusClass);
        }
    }

    /** Returns the names of the datasets of frames in a group; {@code data} may be a link to the measurement group, or to another of them. */
    private static List<String> datasets(Hdf5Group root, String path) {
        try (Hdf5Group group = root.openGroup(path)) {
            List<String> names = group.links().stream()
                    .filter(link -> link.kind() == Hdf5Link.Kind.HARD && isOfFrames(group, link.name()))
                    .map(Hdf5Link::name)
                    .toList();
            boolean isLinked = names.isEmpty() && group.hasLink(DetectorGroup.DATA);
            return isLinked ? List.of(DetectorGroup.DATA) : names;
        }
    }

    private static boolean isOfFrames(Hdf5Group group, String name) {
        if (group.isGroup(name)) {
            return false;
        }
        if (name.equals(DetectorGroup.DATA) || group.hasLink(name + "_integrity")) {
            return true;
        }
        try (Hdf5Dataset dataset = group.openDataset(name)) {
            return dataset.isVirtual();
        }
    }

    private static List<String> groups(Hdf5Group root, String path) {
        try (Hdf5Group group = root.openGroup(path.isEmpty() ? "/" : path)) {
            return group.links().stream()
                    .filter(link -> isGroup(group, link))
                    .map(link -> path + "/" + link.name())
                    .toList();
        }
    }

    private static boolean isGroup(Hdf5Group group, Hdf5Link link) {
        return link.kind() == Hdf5Link.Kind.HARD && group.isGroup(link.name());
    }
}
