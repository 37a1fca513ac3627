package org.penstock.daemon.verify;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.hdf5.StorageException.Reason;
import org.penstock.daemon.hdf5.VirtualLayout;
import org.penstock.daemon.nexus.MissingFrames;
import org.penstock.protocol.FrameRange;

/**
 * Looks behind a virtual dataset: is every part there, and long enough, and of the same kind? What lies in the parts is not
 * looked at; they are files of their own.
 *
 * <p><b>Threading:</b> confined to the thread that owns HDF5.
 */
final class SourceCheck {
    private final Path folder;
    private final DetectorGroup detector;
    private final Findings findings;

    SourceCheck(Path master, DetectorGroup detector, Findings findings) {
        this.folder = Folders.of(master);
        this.detector = detector;
        this.findings = findings;
    }

    /**
     * Looks at every source.
     *
     * @param hasEnded whether all frames that will ever come are shown
     */
    void run(Hdf5Dataset data, boolean hasEnded) {
        long frames = data.extents().isEmpty() ? 0 : data.extents().getFirst();
        if (frames > FrameSet.MAX_FRAMES) {
            throw new StorageException(
                    Reason.CORRUPT, "dataset of impossible length: path=" + data.path() + ", frames=" + frames);
        }
        FrameSet uncovered = new FrameSet();
        uncovered.addAll(new FrameRange(0, frames));
        for (VirtualLayout.Source source : data.virtualSources()) {
            if (source.frames() < 1 || source.firstFrame() > frames - source.frames()) {
                throw new StorageException(
                        Reason.CORRUPT, "source beyond the dataset: path=" + data.path() + ", source=" + source);
            }
            String problem = problem(data, source);
            if (problem != null) {
                lost(source, problem);
            }
            uncovered.removeAll(range(source));
            findings.progress();
        }
        report(uncovered, frames, hasEnded);
    }

    /** What parts lack, they list themselves; here only frames count that no part was ever opened for. */
    private void report(FrameSet uncovered, long frames, boolean hasEnded) {
        MissingFrames listed = detector.missing(0, frames);
        FrameSet missing = new FrameSet();
        FrameSet gaps = new FrameSet();
        long listEnd = 0;
        for (FrameRange range : listed.ranges()) {
            uncovered.present(range.first(), range.end(), Integer.MAX_VALUE).forEach(missing::addAll);
            uncovered.present(listEnd, range.first(), Integer.MAX_VALUE).forEach(gaps::addAll);
            listEnd = range.end();
        }
        // where the list was cut, it says of the frames behind it only how many are missing
        uncovered.present(listEnd, frames, Integer.MAX_VALUE).forEach((listed.isWhole() ? gaps : missing)::addAll);
        findings.missing(detector.dataPath(), missing);
        if (hasEnded && gaps.count() > 0) {
            findings.frames(
                    Trouble.GAP, detector.dataPath(), gaps, "frames of no part and not listed as missing", null);
        }
    }

    private static FrameRange range(VirtualLayout.Source source) {
        return new FrameRange(source.firstFrame(), source.frames());
    }

    private void lost(VirtualLayout.Source source, String problem) {
        FrameSet frames = new FrameSet();
        frames.addAll(range(source));
        findings.frames(
                Trouble.LOST_SOURCE,
                detector.dataPath(),
                frames,
                "part is not as shown, its frames may read as the fill value",
                "source=" + source.file() + ", problem=" + problem);
    }

    private @Nullable String problem(Hdf5Dataset shown, VirtualLayout.Source source) {
        try {
            Path file = folder.resolve(source.file());
            if (!Files.isRegularFile(file)) {
                return Files.exists(file) ? "no regular file" : "no such file";
            }
            try (Hdf5File hdf5 = Hdf5File.openReadOnly(file);
                    Hdf5Dataset data = hdf5.root().openDataset(source.dataset())) {
                return difference(shown, data, source, hdf5);
            }
        } catch (StorageException | InvalidPathException e) {
            return e.getMessage();
        }
    }

    private static @Nullable String difference(
            Hdf5Dataset shown, Hdf5Dataset data, VirtualLayout.Source source, Hdf5File file) {
        List<Long> extents = data.extents();
        List<Long> expected = shown.extents();
        boolean isAlike = data.type() == shown.type()
                && extents.size() == expected.size()
                && extents.subList(1, extents.size()).equals(expected.subList(1, expected.size()));
        if (!isAlike) {
            return "another type or shape: actual=" + data.type() + extents + ", expected=" + shown.type() + expected;
        }
        if (extents.getFirst() < source.frames()) {
            return "shorter than shown: frames=" + extents.getFirst() + ", expected=" + source.frames();
        }
        int name = source.dataset().lastIndexOf('/');
        DetectorGroup part =
                new DetectorGroup(file.root(), source.dataset().substring(0, Math.max(name, 0)), DetectorGroup.DATA);
        return !part.isInPart() || part.firstFrame() == source.firstFrame()
                ? null
                : "shown at another place: firstFrame=" + source.firstFrame() + ", expected=" + part.firstFrame();
    }
}
