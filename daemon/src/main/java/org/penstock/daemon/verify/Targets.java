package org.penstock.daemon.verify;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.ProtocolException;

/**
 * What there is to verify: files as named, every {@code .h5} below folders, and their journals, beside them or in a folder of all
 * journals. Links to folders are followed only where they are named.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class Targets {
    private static final String JOURNAL = ".jnl";
    private static final String HDF5 = ".h5";

    private final Set<Path> files = new TreeSet<>();
    private final Set<Path> journals = new TreeSet<>();
    private final List<ApartJournal> apart = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    private Targets() {}

    /**
     * @param journalDir folder of all journals, those of other scans too, or null
     */
    static Targets of(List<Path> arguments, @Nullable Path journalDir) {
        Targets targets = new Targets();
        for (Path argument : arguments) {
            Path path = argument.toAbsolutePath().normalize();
            if (Files.isDirectory(path)) {
                targets.walk(path, new Visitor(targets));
                targets.expectSomethingIn(path);
            } else {
                targets.files.add(path);
                targets.journalsOf(path);
            }
        }
        if (journalDir != null) {
            targets.walk(journalDir, new JournalVisitor(targets, arguments));
        }
        return targets;
    }

    /** Nothing wrong was found is no answer about a folder that is not mounted. */
    private void expectSomethingIn(Path folder) {
        boolean isAny = Stream.of(files, journals).flatMap(Set::stream).anyMatch(file -> file.startsWith(folder));
        boolean isToldOf =
                problems.stream().anyMatch(problem -> Path.of(problem.file()).startsWith(folder));
        if (!isAny && !isToldOf) {
            problems.add(Problem.of(
                    folder.toString(),
                    Trouble.NO_FILES,
                    "nothing to verify: folder=" + folder + ", expected=*" + HDF5 + " in it or below, actual=none"));
        }
    }

    /** Returns the files, by name. */
    Set<Path> files() {
        return files;
    }

    /** Returns the journals beside files: each is of a file or a scan that is not finished. */
    Set<Path> journals() {
        return journals;
    }

    /** Returns those that lie apart, of what there is to verify. */
    List<ApartJournal> journalsApart() {
        return apart;
    }

    /** Returns what could not be looked at. */
    List<Problem> problems() {
        return problems;
    }

    /** Returns whether a journal says that a file is not finished. */
    boolean isUnfinished(Path file) {
        return journals.stream().anyMatch(journal -> isOf(journal, file))
                || apart.stream().anyMatch(journal -> journal.isOf(file));
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

    private void walk(Path folder, Visitor visitor) {
        try {
            Files.walkFileTree(folder, visitor);
        } catch (IOException e) {
            unreadable(folder, e);
        }
    }

    private void unreadable(Path path, IOException cause) {
        problems.add(Problem.of(
                path.toString(), Trouble.UNREADABLE, "folder cannot be read: file=" + path + ", problem=" + cause));
    }

    /** Takes files, and the journals beside them. */
    private static class Visitor extends SimpleFileVisitor<Path> {
        final Targets targets;

        Visitor(Targets targets) {
            this.targets = targets;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (isJournal(file)) {
                targets.journals.add(file);
            } else if (name(file).endsWith(HDF5) && !Files.isDirectory(file)) {
                targets.files.add(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException cause) {
            targets.unreadable(file, cause);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException cause) {
            if (cause != null) {
                targets.unreadable(folder, cause);
            }
            return FileVisitResult.CONTINUE;
        }
    }

    /** Takes the journals of what is asked for from among those of all scans. */
    private static final class JournalVisitor extends Visitor {
        private final List<Path> arguments;

        JournalVisitor(Targets targets, List<Path> arguments) {
            super(targets);
            this.arguments = arguments;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && name(file).endsWith(JOURNAL)) {
                take(file);
            }
            return FileVisitResult.CONTINUE;
        }

        private void take(Path file) {
            try {
                ApartJournal journal = ApartJournal.read(file);
                if (arguments.stream().anyMatch(path -> journal.isBelow(path) || journal.isOf(path))) {
                    targets.apart.add(journal);
                }
            } catch (NoSuchFileException _) {
                // its scan has just ended
            } catch (IOException | ProtocolException | InvalidPathException e) {
                targets.problems.add(Problem.of(
                        file.toString(),
                        Trouble.UNREADABLE,
                        "journal cannot be read, whose scan may be one of these: journal=" + file + ", problem="
                                + e.getMessage()));
            }
        }
    }
}
