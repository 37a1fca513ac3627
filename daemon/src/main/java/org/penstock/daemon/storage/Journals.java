package org.penstock.daemon.storage;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where journals lie: hidden, beside what they are for, or in a folder apart (a local disk below a network file system).
 *
 * <pre>
 *   scan0001/.scan0001.scan.jnl     the scan
 *   scan0001/.eiger_0003.h5.jnl     the part file eiger_0003.h5
 *   scan0001/.eiger_0003.h5.1       a continuation of it, with its journal .eiger_0003.h5.1.jnl
 *   scan0001/eiger_0003.h5.crashed  what a crash left of a part that was made anew
 * </pre>
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param apart folder of all journals, or null when they lie beside their files
 * @param isForParts whether part files have journals too, as scans always have; without them an acknowledged frame survives nothing, which is for
 *     measuring what they cost
 */
public record Journals(@Nullable Path apart, boolean isForParts) {
    static final String SUFFIX = ".jnl";
    static final String SCAN_SUFFIX = ".scan" + SUFFIX;
    private static final String CRASHED = ".crashed";

    /** Journals beside their files. */
    public static final Journals BESIDE = new Journals(null, true);

    /** Returns where journals lie as configured: in a folder, or, for null, beside their files. */
    public static Journals in(@Nullable Path apart) {
        return new Journals(apart, true);
    }

    /** Returns the same without those of part files. */
    public Journals ofScansOnly() {
        return new Journals(apart, false);
    }

    /** Returns the journal of a scan. */
    public Path ofScan(ScanRecord scan) {
        String name = scan.scanFile() == null ? scan.scan() : scan.scanFile().replaceAll("\\.h5$", "");
        return apart == null
                ? Path.of(scan.folder()).resolve("." + name + SCAN_SUFFIX)
                : apart.resolve(scan.scan()).resolve(name + SCAN_SUFFIX);
    }

    /** Returns whether a journal lies beside what it is for, and not in a folder apart. */
    public static boolean isBeside(Path journal) {
        return String.valueOf(journal.getFileName()).startsWith(".");
    }

    /** Returns where journals lie, as one of them shows. */
    public static Journals of(Path journal) {
        Path folder = journal.toAbsolutePath().getParent();
        return isBeside(journal) || folder == null ? BESIDE : in(folder.getParent());
    }

    /** Returns the journal of a data file, or null when it is to have none. */
    public @Nullable Path ofFile(ScanRecord scan, Path dataFile) {
        if (!isForParts) {
            return null;
        }
        String name = bare(dataFile);
        return apart == null
                ? dataFile.resolveSibling("." + name + SUFFIX)
                : apart.resolve(scan.scan())
                        .resolve(name + "-" + Integer.toHexString(Objects.hashCode(dataFile.getParent())) + SUFFIX);
    }

    /** Returns the data file of a source of a part: 0 is the part itself. */
    public static Path source(Path partFile, int source) {
        return source == 0 ? partFile : partFile.resolveSibling("." + partFile.getFileName() + "." + source);
    }

    /** Returns where a crashed data file is put aside. */
    public static Path crashed(Path dataFile) {
        return dataFile.resolveSibling(dataFile.getFileName() + CRASHED);
    }

    /** Returns whether a file is the journal of a scan. */
    public static boolean isScanJournal(Path file) {
        return String.valueOf(file.getFileName()).endsWith(SCAN_SUFFIX);
    }

    /** Returns whether a file is the journal of a data file. */
    public static boolean isPartJournal(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(SUFFIX) && !name.endsWith(SCAN_SUFFIX);
    }

    /**
     * Returns where the data file of a journal is: beside it when that is where the journal lies, so that a folder may be moved; else where it was
     * written.
     */
    static Path dataFile(Path journal, PartRecord record) {
        Path written = Path.of(record.file());
        return isBeside(journal) ? journal.resolveSibling(String.valueOf(written.getFileName())) : written;
    }

    private static String bare(Path dataFile) {
        String name = String.valueOf(dataFile.getFileName());
        return name.startsWith(".") ? name.substring(1) : name;
    }
}
