package org.penstock.daemon.it;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.penstock.daemon.process.JavaCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A class archive for the JVMs that tests start, which are hundreds: what the packages have too ({@code src/scripts/archive.sh}). Where it is said by
 * this process's own option {@code -XX:SharedArchiveFile}, which its children get ({@link JavaCommand}); without that option nothing happens.
 */
public final class ClassArchive implements LauncherSessionListener {
    private static final Logger LOG = LoggerFactory.getLogger(ClassArchive.class);
    private static final Path SCRIPTS = Path.of(System.getProperty("penstock.root", ".."), "src", "scripts");
    private static final String OPTION = "-XX:SharedArchiveFile=";
    private static final List<String> ALL_OPTIONS = List.of(OPTION, "-Xshare:", "-Xlog:cds");

    private static boolean isDone;

    /** Returns the options of this process that have to do with the archive. */
    static List<String> options() {
        return JavaCommand.options().stream()
                .filter(option -> ALL_OPTIONS.stream().anyMatch(option::startsWith))
                .toList();
    }

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        options().stream()
                .filter(option -> option.startsWith(OPTION))
                .map(option -> Path.of(option.substring(OPTION.length())))
                .forEach(ClassArchive::makeOnce);
    }

    private static synchronized void makeOnce(Path archive) {
        if (isDone) {
            return;
        }
        isDone = true;
        List<String> jars = classPath(Files::isRegularFile);
        List<String> folders = classPath(Files::isDirectory);
        // an archive holds what is in jars, and a class path that begins with them may go on
        System.setProperty(
                "java.class.path",
                Stream.concat(jars.stream(), folders.stream()).collect(Collectors.joining(File.pathSeparator)));
        try (FileChannel lock = FileChannel.open(
                        archive.resolveSibling(archive.getFileName() + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock _ = lock.lock()) {
            if (isOlder(archive, jars)) {
                make(archive, String.join(File.pathSeparator, jars));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isOlder(Path archive, List<String> jars) {
        return jars.stream()
                .anyMatch(
                        jar -> new File(jar).lastModified() >= archive.toFile().lastModified());
    }

    private static List<String> classPath(Predicate<Path> isIt) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> isIt.test(Path.of(entry)))
                .toList();
    }

    /** What the tests show does not hang on it: without it they take longer. */
    private static void make(Path archive, String jars) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Files.deleteIfExists(archive);
        List<String> command = new ArrayList<>();
        command.add(SCRIPTS.resolve("archive.sh").toString());
        command.add(archive.toString());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("@" + SCRIPTS.resolve("jvm.options"), "-cp", jars));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() == 0) {
            LOG.info("class archive made: file={}, ms={}", archive, (System.nanoTime() - begin) / 1_000_000);
        } else {
            LOG.warn("no class archive, tests take longer: {}", said);
        }
    }
}
