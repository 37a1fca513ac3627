package org.penstock.daemon.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;

/** What systemd's own tools say about the files in {@code systemd/}. */
final class UnitFileIT {
    private static final Path ROOT =
            Path.of(System.getProperty("penstock.root", "..")).toAbsolutePath();
    private static final Path FILES = ROOT.resolve("systemd");
    private static final String UNIT = "penstockd.service";

    /** Exposure is a tenth of this. */
    private static final int MOST_EXPOSURE = 20;

    @TempDir
    private Path folder;

    private record Said(int status, String words) {}

    @Test
    void shouldBeUnderstoodByThisSystemd() throws Exception {
        ForeignReader.assumeProgram("systemd-analyze");

        for (Path unit : List.of(unit(false), unit(true))) {
            Said said = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit.toString());

            assertThat(said.status()).as(said.words()).isZero();
            assertThat(said.words().lines().filter(line -> line.contains("penstockd")))
                    .as("systemd-analyze warns without failing")
                    .isEmpty();
        }
    }

    @Test
    void shouldExposeLittleAlsoWithEveryDropIn() throws Exception {
        ForeignReader.assumeProgram("systemd-analyze");

        for (Path unit : List.of(unit(false), unit(true))) {
            Said said = run(
                    "systemd-analyze", "security", "--offline=true", "--threshold=" + MOST_EXPOSURE, unit.toString());

            assertThat(said.status()).as(said.words()).isZero();
            assertThat(said.words()).contains("Overall exposure level for " + UNIT);
        }
    }

    @Test
    void shouldMakeTheAccountAndTheFolders() throws Exception {
        ForeignReader.assumeProgram("systemd-sysusers");
        ForeignReader.assumeProgram("systemd-tmpfiles");
        Path root = folder.resolve("root");
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\n");
        Said made = run("systemd-sysusers", "--root=" + root, FILES.resolve("sysusers.d/penstock.conf") + "");
        assertThat(made.status()).as(made.words()).isZero();

        assertThat(Files.readString(root.resolve("etc/passwd")))
                .containsPattern("(?m)^penstock:x:\\d+:\\d+:Penstock detector acquisition writer:/:/usr/sbin/nologin$");
        assertThat(Files.readString(root.resolve("etc/group"))).containsPattern("(?m)^penstock:x:\\d+:$");

        Said folders =
                run("systemd-tmpfiles", "--root=" + root, "--create", FILES.resolve("tmpfiles.d/penstock.conf") + "");
        assertThat(folders.status()).as(folders.words()).isZero();
        assertThat(folders.words()).isEmpty();
        assertThat(Files.getAttribute(root.resolve("etc/penstock"), "unix:mode"))
                .isEqualTo(040750);
    }

    @Test
    void shouldSetWhatThisKernelHas() throws Exception {
        for (String line : settings(FILES.resolve("sysctl.d/90-penstock.conf"))) {
            String key = line.substring(0, line.indexOf('=')).strip();

            assertThat(Path.of("/proc/sys", key.replace('.', '/'))).exists();
        }
        for (String line : settings(FILES.resolve("tmpfiles.d/penstock-high-rate.conf"))) {
            String[] words = line.split("\\s+", -1);

            assertThat(Files.readString(Path.of(words[1]))).contains(words[words.length - 1]);
        }
    }

    @Test
    void shouldGiveAReasonForEveryLine() throws Exception {
        try (Stream<Path> files = Files.walk(FILES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                List<String> lines = Files.readAllLines(file);
                for (int i = 0; i < lines.size(); i++) {
                    if (isSetting(lines.get(i))) {
                        assertThat(i > 0 && lines.get(i - 1).startsWith("# "))
                                .as("reason above %s:%d: %s", FILES.relativize(file), i + 1, lines.get(i))
                                .isTrue();
                    }
                }
            }
        }
    }

    private static List<String> settings(Path file) throws IOException {
        return Files.readAllLines(file).stream().filter(UnitFileIT::isSetting).toList();
    }

    private static boolean isSetting(String line) {
        return !line.isBlank() && !line.startsWith("#") && !line.startsWith("[");
    }

    /** A copy that starts this checkout: a unit whose program is not there is refused. */
    private Path unit(boolean hasDropIns) throws IOException {
        Path copy = Files.createDirectories(folder.resolve("unit" + hasDropIns)).resolve(UNIT);
        String text = Files.readString(FILES.resolve(UNIT));
        assertThat(text).contains("ExecStart=/opt/penstock/");
        Files.writeString(copy, text.replace("ExecStart=/opt/penstock/", "ExecStart=" + ROOT.normalize() + "/"));
        if (hasDropIns) {
            Path dropIns = Files.createDirectories(copy.resolveSibling(UNIT + ".d"));
            try (Stream<Path> files = Files.list(FILES.resolve(UNIT + ".d"))) {
                for (Path file : files.toList()) {
                    Files.copy(file, dropIns.resolve(file.getFileName()));
                }
            }
        }
        return copy;
    }

    private static Said run(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SYSTEMD_LOG_COLOR", "0");
        Process process = builder.start();
        String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), words);
    }
}
