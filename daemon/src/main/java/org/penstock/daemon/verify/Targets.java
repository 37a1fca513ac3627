package org.penstock.daemon.verify;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What there is to verify: files as named, every {@code .h5} below folders, and the journals beside them. Links to folders are
 * followed only where they are named.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class Targets {
    private static final String JOURNAL = ".jnl";
    private static final String HDF5 = ".h5";

    private final Set<Path> files = new TreeSet<>();
    private final Set<Path> journals = new TreeSet<>();
    private final List<Problem> problems = new ArrayList<>();

    private Targets() {}

    static Targets of(List<Path> arguments) {
        Targets targets = new Targets();
        for (Path argument : arguments) {
            Path path = argument.toAbsolutePath().normalize();
            if (Files.isDirectory(path)) {
                targets.walk(path);
            } else {
                targets.files.add(path);
                targets.journalsOf(path);
            }
        }
        return targets;
    }

    /** Returns the files, by name. */
    Set<Path> files() {
        return files;
    }

    /** Returns the journals: each is of a file or a scan that is not finished. */
    Set<Path> journals() {
        return journals;
    }

    /** Returns what could not be looked at. */
    List<Problem> problems() {
        return problems;
    }

    /** Returns whether a journal says that a file is not finished. */
    boolean isUnfinished(Path file) {
        return journals.stream().anyMatch(journal -> isOf(journal, file));
    }

    private static boolean isOf(Path journal, Path file) {
        return Folders.of(journal).equals(Folders.of(file)) && name(journal).startsWith("." + stem(file) + ".");
    }

    private static String stem(Path file) {
        String name = name(file);
        return name.endsWith(HDF5) ? name.substring(0, name.length() - HDF5.length()) : name;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static boolean isJournal(Path file) {
        return name(file).startsWith(".") && name(file).endsWith(JOURNAL);
    }

    private void journalsOf(Path file) {
        try (DirectoryStream<Path> beside =
                Files.newDirectoryStream(Folders.of(file), other -> isJournal(other) && isOf(other, file))) {
            beside.forEach(journals::add);
        } catch (IOException _) {
            // the file itself will tell
        }
    }

    private void walk(Path folder) {
        try {
            Files.walkFileTree(folder, new Visitor());
        } catch (IOException e) {
            unreadable(folder, e);
        }
    }

    private void unreadable(Path path, IOException cause) {
        problems.add(Problem.of(
                path.toString(), Trouble.UNREADABLE, "folder cannot be read: file=" + path + ", problem=" + cause));
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (isJournal(file)) {
                journals.add(file);
            } else if (name(file).endsWith(HDF5) && !Files.isDirectory(file)) {
                files.add(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException cause) {
            unreadable(file, cause);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException cause) {
            if (cause != null) {
                unreadable(folder, cause);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
